"""Affine maps: for each place of the result, where its pixel comes from; one gather for any number of them.

Maps are (n, 2, 3) float32: (x, y, 1) of a result's pixel to its source's x and y, in pixels from the image's middle.
All maps of an image are one, flips and shifts included. The nearest pixel is taken, as by the authors' code of
AutoAugment, RandAugment and TrivialAugment, or the mean of the four around a place by their distances (bilinear), as by
that of AugMix; both are Pillow's.
"""

from __future__ import annotations

import math
from typing import Any

from keras import ops


def rotated(degrees: Any) -> Any:
    """Turned anticlockwise about the middle by degrees (n,)."""
    angle = degrees * (math.pi / 180.0)
    cosine, sine = ops.cos(angle), ops.sin(angle)
    return _map(cosine, -sine, 0.0 * angle, sine, cosine, 0.0 * angle)


def sheared(x: Any, y: Any, about: tuple[float, float] = (0.0, 0.0)) -> Any:
    """Each row moved by x (n,) of its distance from `about` (a place as x, y), each column by y (n,) of its own."""
    one = 0.0 * x + 1.0
    return _map(one, x, -x * about[1], y, one, -y * about[0])


def translated(x: Any, y: Any) -> Any:
    """What lies x (n,) pixels to the right and y below comes to each place."""
    one, none = 0.0 * x + 1.0, 0.0 * x
    return _map(one, none, x, none, one, y)


def zoomed(factor: Any) -> Any:
    """Enlarged about the middle by a factor (n,); below 1 it becomes smaller."""
    none = 0.0 * factor
    return _map(1.0 / factor, none, none, none, 1.0 / factor, none)


def composed(first: Any, then: Any) -> Any:
    """The map of an image that goes through `first` and then through another one.

    Written out, and no matrix product: accelerators round the factors of those.
    """
    turn = ops.sum(first[:, :, :2, None] * then[:, None, :, :], axis=2)
    shift = ops.concatenate([0.0 * first[:, :, :2], first[:, :, 2:]], axis=2)
    return turn + shift


def places(maps: Any, size: tuple[int, int]) -> tuple[Any, Any, Any]:
    """For each pixel of the result row and column of its source, int32, and whether that lies in the image: (n, H, W).

    Places beyond the image are brought to its edge.
    """
    rows, columns, inside = _sources(maps, size)
    return _within(ops.floor(rows), size[0]), _within(ops.floor(columns), size[1]), inside


def around(maps: Any, size: tuple[int, int]) -> tuple[Any, Any, list[Any], Any]:
    """The four pixels around the source of each pixel of the result, by the upper left one: its row and column, int32;
    the weights of upper left, upper right, lower left and lower right, which sum to one; and whether the source lies in
    the image: each (n, H, W). Sides are of two pixels at least; beyond the image its edge is repeated."""
    rows, columns, inside = _sources(maps, size)
    (top, down), (left, right) = (
        _between(places - 0.5, side) for places, side in ((rows, size[0]), (columns, size[1]))
    )
    weights = [by_row * by_column for by_row in (1.0 - down, down) for by_column in (1.0 - right, right)]
    return ops.cast(top, "int32"), ops.cast(left, "int32"), weights, inside


def _sources(maps: Any, size: tuple[int, int]) -> tuple[Any, Any, Any]:
    """From which height and breadth, in pixels from the image's corner, and whether within it: (n, H, W) float32."""
    height, width = size
    x = ops.arange(width, dtype="float32")[None, None, :] - (width - 1) / 2
    y = ops.arange(height, dtype="float32")[None, :, None] - (height - 1) / 2
    columns, rows = (
        maps[:, axis, 0, None, None] * x + maps[:, axis, 1, None, None] * y + maps[:, axis, 2, None, None]
        for axis in (0, 1)
    )
    columns, rows = columns + width / 2, rows + height / 2
    return rows, columns, (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)


def _between(places: Any, size: int) -> tuple[Any, Any]:
    """The pixel before a place of an axis, never the last one, and how far beyond it, from 0 to 1."""
    below = ops.clip(ops.floor(places), 0, size - 2)
    return below, ops.clip(places - below, 0.0, 1.0)


def _within(places: Any, size: int) -> Any:
    return ops.cast(ops.clip(places, 0, size - 1), "int32")


def _map(*six: Any) -> Any:
    return ops.reshape(ops.stack(six, axis=1), (-1, 2, 3))
