"""Where boxes lie after pixels were moved: (n, 4) of left, top, right and bottom as fractions of the images' sides.

A box is the smallest one round what is left of the old one in the view: what left it is cut off, and of a box that left
it whole nothing is left but zeros.
"""

from __future__ import annotations

from typing import Any

from keras import ops


def within(boxes: Any, window: Any) -> Any:
    """Boxes of images of which a window (n, 4), fractions too, became the whole."""
    corner = ops.tile(window[:, :2], (1, 2))
    sides = ops.tile(window[:, 2:] - window[:, :2], (1, 2))
    return in_view((boxes - corner) / sides)


def along(places: Any, own: Any, low: Any, high: Any, size: int) -> tuple[Any, Any]:
    """From where to where a stretch (n,) of an axis is seen, as fractions of the axis: zeros where it is not.

    places: (n, size), the place that each place's pixel is taken from; None for its own. own: where that is the pixel
    itself, and no reflection. Each place that shows a part of the stretch says how far it reaches; a part of a pixel
    counts as such, at the side where it is seen.
    """
    if places is None:
        return low, high
    here = ops.arange(size, dtype="float32")[None, :]
    taken = ops.cast(places, "float32")
    first = ops.clip(low[:, None] * size - taken, 0.0, 1.0)
    last = ops.clip(high[:, None] * size - taken, 0.0, 1.0)
    shown = last > first
    backwards = places[:, 1:] < places[:, :-1]
    if own is not None:
        shown = ops.logical_and(shown, own)
        backwards = ops.logical_and(backwards, ops.logical_and(own[:, 1:], own[:, :-1]))
    mirrored = ops.any(backwards, axis=1)[:, None]
    begin = ops.min(ops.where(shown, here + ops.where(mirrored, 1.0 - last, first), float(size)), axis=1)
    end = ops.max(ops.where(shown, here + ops.where(mirrored, 1.0 - first, last), 0.0), axis=1)
    seen = ops.cast(ops.any(shown, axis=1), "float32")
    return begin * seen / size, end * seen / size


def turned(boxes: Any, maps: Any, size: tuple[int, int]) -> Any:
    """Boxes of images that went through affine maps (n, 2, 3) (see `affine`): round their four corners.

    Of a turned box that is more than its object fills, and of one that is cut off, more than is left of it: where in
    its box the object is, nobody knows.
    """
    height, width = size
    x, y = boxes[:, 0::2] * width - width / 2, boxes[:, 1::2] * height - height / 2  # (n, 2) each, from the middle
    x, y = x - maps[:, 0, 2:], y - maps[:, 1, 2:]
    x, y = ops.concatenate([x, x], axis=1), ops.repeat(y, 2, axis=1)  # the corners: (n, 4)
    a, b, c, d = (maps[:, row, column, None] for row in (0, 1) for column in (0, 1))
    determinant = a * d - b * c
    columns = (d * x - b * y) / determinant / width + 0.5
    rows = (a * y - c * x) / determinant / height + 0.5
    edges = (ops.min(columns, axis=1), ops.min(rows, axis=1), ops.max(columns, axis=1), ops.max(rows, axis=1))
    return in_view(ops.stack(edges, axis=1))


def in_view(boxes: Any) -> Any:
    """What of boxes lies within the image; zeros where nothing does."""
    boxes = ops.clip(boxes, 0.0, 1.0)
    seen = ops.logical_and(boxes[:, 2] > boxes[:, 0], boxes[:, 3] > boxes[:, 1])
    return boxes * ops.cast(seen, boxes.dtype)[:, None]
