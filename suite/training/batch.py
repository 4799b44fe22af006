"""A batch on its way through the transforms: raw pixels, where they are to be taken from, which are to be erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from keras import ops


@dataclass(frozen=True)
class Batch:
    """Images (n, H, W, C) of raw pixels, and their targets.

    rows, columns: int32 (n, H) and (n, W), the place that each place's pixel is taken from; None for its own. They are
    composed, and followed once at the end, so that flips and shifts never make a copy.
    rows_inside, columns_inside: whether that place lies within the image; None where all do.
    kept: (n, H, W), what is not erased; None for all. What lies outside or is erased becomes zero after normalization,
    that is, the training set's mean colour.
    targets: by name, arrays whose first axis is the batch.
    """

    images: Any
    targets: Mapping[str, Any]
    rows: Any = None
    columns: Any = None
    rows_inside: Any = None
    columns_inside: Any = None
    kept: Any = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.images.shape[1:3]
        return height, width

    def from_rows(self, place: Any, inside: Any = None) -> Batch:
        """Take row `place` (n, H), which lies within the image, to each row."""
        rows = place if self.rows is None else ops.take_along_axis(self.rows, place, axis=1)
        return replace(self, rows=rows, rows_inside=_moved(self.rows_inside, place, inside))

    def from_columns(self, place: Any, inside: Any = None) -> Batch:
        """Take column `place` (n, W), which lies within the image, to each column."""
        columns = place if self.columns is None else ops.take_along_axis(self.columns, place, axis=1)
        return replace(self, columns=columns, columns_inside=_moved(self.columns_inside, place, inside))

    def erased(self, where: Any) -> Batch:
        """Erase the pixels where `where` (n, H, W) is true."""
        left = ops.logical_not(where)
        return replace(self, kept=left if self.kept is None else ops.logical_and(self.kept, left))

    def pixels(self) -> Any:
        """The raw pixels, each taken from its place; nothing erased yet."""
        if self.rows is None and self.columns is None:
            return self.images
        count, height, width, channels = self.images.shape
        rows = _own(height) if self.rows is None else self.rows
        columns = _own(width) if self.columns is None else self.columns
        first = ops.arange(count, dtype="int32")[:, None, None] * (height * width)
        index = first + rows[:, :, None] * width + columns[:, None, :]
        return ops.take(ops.reshape(self.images, (count * height * width, channels)), index, axis=0)

    def normalized(self, normalize: Callable[[Any], Any]) -> Any:
        """What the network sees, float32 (n, H, W, C)."""
        images, kept = normalize(self.pixels()), self.kept
        for inside in (
            None if self.rows_inside is None else self.rows_inside[:, :, None],
            None if self.columns_inside is None else self.columns_inside[:, None, :],
        ):
            if inside is not None:
                kept = inside if kept is None else ops.logical_and(kept, inside)
        return images if kept is None else images * ops.cast(kept, images.dtype)[..., None]


def whole_below(uniform: Any, count: Any) -> Any:
    """Uniform numbers in [0, 1) as whole numbers below `count` (one, or one for each of them), int32."""
    return ops.minimum(ops.cast(uniform * ops.cast(count, "float32"), "int32"), count - 1)


def square(rows: Any, columns: Any, side: int, size: tuple[int, int]) -> Any:
    """True within a square of `side` pixels around a pixel drawn by two uniform (n,), clipped: (n, H, W)."""
    return box(whole_below(rows, size[0]) - side // 2, whole_below(columns, size[1]) - side // 2, side, side, size)


def box(top: Any, left: Any, height: Any, width: Any, size: tuple[int, int]) -> Any:
    """True within boxes, (n, H, W): corners (n,) in pixels, heights and widths (n,) or one number, clipped."""
    rows = ops.arange(size[0], dtype="int32")[None, :] - top[:, None]
    columns = ops.arange(size[1], dtype="int32")[None, :] - left[:, None]
    height, width = (ops.reshape(ops.convert_to_tensor(length, "int32"), (-1, 1)) for length in (height, width))
    within_rows = ops.logical_and(rows >= 0, rows < height)
    within_columns = ops.logical_and(columns >= 0, columns < width)
    return ops.logical_and(within_rows[:, :, None], within_columns[:, None, :])


def _own(size: int) -> Any:
    return ops.arange(size, dtype="int32")[None, :]


def _moved(earlier: Any, place: Any, inside: Any) -> Any:
    """Whether pixels lie inside after one more step: where the place itself does, and what came to it before does."""
    if earlier is None:
        return inside
    taken = ops.take_along_axis(earlier, place, axis=1)
    return taken if inside is None else ops.logical_and(taken, inside)
