"""Affine maps: for each place of the result, where its pixel comes from; one gather for any number of them.

Maps are (n, 2, 3) float32: (x, y, 1) of a result's pixel to its source's x and y, in pixels from the image's middle.
The nearest pixel is taken: so all maps of an image are one gather, flips and shifts included, and no value is blurred.
The reference code of AutoAugment, RandAugment and TrivialAugment takes the nearest pixel too.
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
    height, width = size
    x = ops.arange(width, dtype="float32")[None, None, :] - (width - 1) / 2
    y = ops.arange(height, dtype="float32")[None, :, None] - (height - 1) / 2
    columns, rows = (
        maps[:, axis, 0, None, None] * x + maps[:, axis, 1, None, None] * y + maps[:, axis, 2, None, None]
        for axis in (0, 1)
    )
    column, row = ops.floor(columns + width / 2), ops.floor(rows + height / 2)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    column, row = ops.clip(column, 0, width - 1), ops.clip(row, 0, height - 1)
    return ops.cast(row, "int32"), ops.cast(column, "int32"), inside


def _map(*six: Any) -> Any:
    return ops.reshape(ops.stack(six, axis=1), (-1, 2, 3))
