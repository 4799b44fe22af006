"""Augmentation on the device: flip, shifted crop and cutout as index arithmetic, one gather and one mask.

Everything random comes in as uniform numbers, so that these functions are pure and the caller decides what the
numbers depend on. Flip and crop never make a padded copy: each pixel of the result names the pixel it is taken from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keras import ops

from suite.training.recipe import Recipe

DRAWS = 5
"""Uniform numbers per image: flip, vertical and horizontal shift, vertical and horizontal centre of the cutout."""


@dataclass(frozen=True)
class Augmentation:
    """What is done to training images; all of it is part of the traced graph."""

    flip: bool
    shift: int
    reflect: bool
    cutout: int

    @classmethod
    def of(cls, recipe: Recipe) -> Augmentation:
        return cls(recipe.flip, recipe.shift, recipe.shift_padding == "reflect", recipe.cutout)

    @property
    def active(self) -> bool:
        return self.flip or self.shift > 0 or self.cutout > 0

    def __call__(self, images: Any, uniforms: Any, normalize: Callable[[Any], Any]) -> Any:
        """Augment raw `images` (n, H, W, C) with `uniforms` (n, DRAWS) in [0, 1); the result is normalised.

        Padding and cutout are zero after `normalize`, that is, the training set's mean colour.
        """
        height, width = images.shape[1:3]
        keep = None
        if self.flip or self.shift:
            rows, rows_inside = self._source(uniforms[:, 1], height)
            columns, columns_inside = self._source(uniforms[:, 2], width)
            if self.flip:
                mirrored = uniforms[:, :1] < 0.5
                columns = ops.where(mirrored, ops.flip(columns, axis=1), columns)
                columns_inside = ops.where(mirrored, ops.flip(columns_inside, axis=1), columns_inside)
            images = _gather(images, rows, columns)
            if self.shift and not self.reflect:
                keep = ops.logical_and(rows_inside[:, :, None], columns_inside[:, None, :])
        if self.cutout:
            kept = ops.logical_not(_square(uniforms[:, 3:5], self.cutout, height, width))
            keep = kept if keep is None else ops.logical_and(keep, kept)
        images = normalize(images)
        return images if keep is None else images * ops.cast(keep, images.dtype)[..., None]

    def _source(self, uniform: Any, size: int) -> tuple[Any, Any]:
        """For each place along an axis the place it is taken from, and whether that lies inside: both (n, size)."""
        offset = _integer(uniform, 2 * self.shift + 1) - self.shift
        place = ops.arange(size, dtype="int32")[None, :] + offset[:, None]
        inside = ops.logical_and(place >= 0, place < size)
        if self.reflect:
            return (size - 1) - ops.abs((size - 1) - ops.abs(place)), inside
        return ops.clip(place, 0, size - 1), inside


def _integer(uniform: Any, count: int) -> Any:
    """Uniform in [0, 1) to a whole number below `count`, int32."""
    return ops.minimum(ops.cast(uniform * count, "int32"), count - 1)


def _gather(images: Any, rows: Any, columns: Any) -> Any:
    """Take the pixel (rows[i, y], columns[i, x]) of image i to place (i, y, x)."""
    count, height, width, channels = images.shape
    first = ops.arange(count, dtype="int32")[:, None, None] * (height * width)
    index = first + rows[:, :, None] * width + columns[:, None, :]
    return ops.take(ops.reshape(images, (count * height * width, channels)), index, axis=0)


def _square(uniforms: Any, side: int, height: int, width: int) -> Any:
    """True within a square of `side` pixels around a uniformly drawn pixel, clipped at the borders: (n, H, W)."""
    top = _integer(uniforms[:, 0], height) - side // 2
    left = _integer(uniforms[:, 1], width) - side // 2
    rows = ops.arange(height, dtype="int32")[None, :] - top[:, None]
    columns = ops.arange(width, dtype="int32")[None, :] - left[:, None]
    return ops.logical_and(
        ops.logical_and(rows >= 0, rows < side)[:, :, None], ops.logical_and(columns >= 0, columns < side)[:, None, :]
    )
