"""The means of four pixels at the places that affine maps lead to: one gather for each map, whatever the channels."""

from __future__ import annotations

from typing import Any

from keras import ops

from suite.training.pixels import affine

ROUNDING = 1e-3
"""A mean of pixels that float32 puts a hair below a whole number is that number: what is left of it is cut off."""


def corners(images: Any) -> Any:
    """The four pixels that meet at each corner of pixels within images (n, H, W, D), H and W at least 2: upper left and
    right, lower left and right as (n, H - 1, W - 1, 4 * D) uint8."""
    images = ops.cast(images, "uint8")
    before, behind = slice(None, -1), slice(1, None)
    return ops.concatenate([images[:, y, x] for y in (before, behind) for x in (before, behind)], axis=3)


def means(found: Any, maps: Any, first: int, count: int) -> tuple[Any, Any]:
    """Of what `corners` found the means where maps (n, 2, 3) lead to, (n, H, W, count) float32 of whole numbers, of
    `count` channels from the `first` on; and whether that place lies in the image, (n, H, W)."""
    images, rows, columns, depth = found.shape
    top, left, weights, inside = affine.around(maps, (rows + 1, columns + 1))
    index = ops.arange(images, dtype="int32")[:, None, None] * (rows * columns) + top * columns + left
    met = ops.take(ops.reshape(found, (-1, depth)), index, axis=0)
    parts = [met[..., k * (depth // 4) + first :][..., :count] for k in range(4)]
    mean = sum(weight[..., None] * ops.cast(part, "float32") for weight, part in zip(weights, parts, strict=True))
    return ops.floor(mean + ROUNDING), inside
