"""A batch on its way through the transforms: raw pixels, where they are to be taken from, which are to be erased, and
how much of another image is mixed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from keras import ops

from suite.training.pixels import affine, bilinear, boxes


@dataclass(frozen=True)
class Mixture:
    """How much of each image stays its own; the rest is of the next image of the batch, whose order is random.

    weight: of its pixels, (n, 1, 1) or (n, H, W). share: of its targets, (n,).
    """

    weight: Any
    share: Any


@dataclass(frozen=True)
class Batch:
    """Images (n, H, W, C) of raw pixels, and their targets.

    rows, columns: int32 (n, H) and (n, W), the place that each place's pixel is taken from; None for its own. They are
    composed, and followed once at the end, so that flips and shifts never make a copy.
    rows_inside, columns_inside: whether that place lies within the image; None where all do.
    rows_own, columns_own: the same, and is no reflection of it: where the pixel itself can be; None for everywhere.
    maps: (n, 2, 3), affine maps by which places of the result are found in the image that rows and columns make
    (`suite.training.pixels.affine`); None for none. bilinear: whether they lead to the mean of four pixels and not to
    the nearest one. table: (n, C, 256), what the raw values have become so far
    (`suite.training.pixels.tables`); None for themselves. Operations on values see the image as it lies, whatever
    moves its pixels later: what they count and what neighbours a pixel has is not changed by a move.
    window: (n, 4), the part of the images as they were that these are: left, top, right and bottom as fractions of
    the sides; None for all. kept: (n, H, W), what is not erased; None for all. What lies outside or is erased becomes
    zero after normalization, that is, the training set's mean colour.
    view: height and width of what the network gets, where images are larger until they are cropped; None: as they are.
    targets: by name, arrays whose first axis is the batch. mixture: None where every image is its own. epoch: in which
    the batch is seen, from 0.
    """

    images: Any
    targets: Mapping[str, Any]
    rows: Any = None
    columns: Any = None
    rows_inside: Any = None
    columns_inside: Any = None
    rows_own: Any = None
    columns_own: Any = None
    kept: Any = None
    window: Any = None
    maps: Any = None
    bilinear: bool = False
    table: Any = None
    mixture: Mixture | None = None
    epoch: Any = 0
    view: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, of what the network gets."""
        height, width = self.view or self.images.shape[1:3]
        return height, width

    def from_rows(self, place: Any, inside: Any = None, own: Any = None) -> Batch:
        """Take row `place` (n, H), which lies within the image, to each row.

        inside: where it is not true, nothing is taken. own: where it is not true, what is taken is a reflection.
        """
        assert self.maps is None, "rows and columns are moved before affine maps"
        rows = place if self.rows is None else ops.take_along_axis(self.rows, place, axis=1)
        rows_own = _moved(self.rows_own, place, inside if own is None else own)
        return replace(self, rows=rows, rows_inside=_moved(self.rows_inside, place, inside), rows_own=rows_own)

    def from_columns(self, place: Any, inside: Any = None, own: Any = None) -> Batch:
        """Take column `place` (n, W), which lies within the image, to each column; as `from_rows`."""
        assert self.maps is None, "rows and columns are moved before affine maps"
        columns = place if self.columns is None else ops.take_along_axis(self.columns, place, axis=1)
        columns_own = _moved(self.columns_own, place, inside if own is None else own)
        moved = _moved(self.columns_inside, place, inside)
        return replace(self, columns=columns, columns_inside=moved, columns_own=columns_own)

    def erased(self, where: Any) -> Batch:
        """Erase the pixels where `where` (n, H, W) is true."""
        left = ops.logical_not(where)
        return replace(self, kept=left if self.kept is None else ops.logical_and(self.kept, left))

    def mixed(self, weight: Any, share: Any, where: Any) -> Batch:
        """Mix the next image of the batch into each where `where` (n,) is true; the others stay as they are.

        weight, share: as in `Mixture`. An image that was mixed before is now mixed so, and not twice.
        """
        count = self.images.shape[0]
        before = self.mixture or Mixture(ops.ones((count, 1, 1)), ops.ones((count,)))
        weight = ops.where(where[:, None, None], weight, before.weight)
        return replace(self, mixture=Mixture(weight, ops.where(where, share, before.share)))

    def cropped(self, window: Any, change: Callable[[Any], Any]) -> Batch:
        """Let a window (n, 4) become the whole image by `change`, as `recoloured` has it; before pixels are moved."""
        assert self.rows is self.columns is self.maps is self.window is None, "images are cropped before pixels move"
        return replace(self.recoloured(change), window=window)

    def turned(self, maps: Any, bilinear: bool = False) -> Batch:
        """Send the images through affine maps (n, 2, 3); all maps of a batch are bilinear where one of them is."""
        maps = maps if self.maps is None else affine.composed(self.maps, maps)
        return replace(self, maps=maps, bilinear=self.bilinear or bilinear)

    def values(self) -> Any:
        """(n, C, 256) float32: what the raw values have become so far."""
        own = ops.arange(256, dtype="float32")
        count, _, _, channels = self.images.shape
        return ops.broadcast_to(own, (count, channels, 256)) if self.table is None else self.table

    def counts(self) -> Any:
        """(n, C, 256) float32: how many pixels of an image have each raw value."""
        count, height, width, channels = self.images.shape
        where = ops.reshape(self._entries(self.images), (-1,))
        ones = ops.ones((count * height * width * channels,), "float32")
        found = ops.segment_sum(ones, where, num_segments=count * channels * 256)
        return ops.reshape(found, (count, channels, 256))

    def with_values(self, table: Any) -> Batch:
        """The raw values become these, (n, C, 256): whole numbers from 0 to 255, float32."""
        return replace(self, table=table)

    def recoloured(self, change: Callable[[Any], Any]) -> Batch:
        """Change the images by a function of what they are so far, (n, H, W, C) float32 of whole numbers."""
        images = change(ops.cast(self._looked_up(self.images), "float32"))
        return replace(self, images=ops.cast(images, "uint8"), table=None)

    def pixels(self) -> Any:
        """The pixels from 0 to 255, each taken from its place and looked up; nothing erased yet."""
        return self._followed()[0]

    def _followed(self) -> tuple[Any, Any]:
        """The pixels, and where they come from within the image: as an array for (n, H, W), None for everywhere."""
        inside = None
        for axis, within in ((2, self.rows_inside), (1, self.columns_inside)):
            if within is not None:
                within = ops.expand_dims(within, axis)
                inside = within if inside is None else ops.logical_and(inside, within)
        if self.maps is None:
            if self.rows is None and self.columns is None:
                return self._looked_up(self.images), inside
            height, width = self.size
            rows = _own(height) if self.rows is None else self.rows
            columns = _own(width) if self.columns is None else self.columns
            return self._taken(rows[:, :, None], columns[:, None, :]), inside
        if self.bilinear and inside is None:
            return self._blended()
        row, column, within = affine.places(self.maps, self.size)
        inside = within if inside is None else ops.logical_and(within, _at(inside, row, column))
        return (self._blended()[0] if self.bilinear else self._through(row, column)), inside

    def _blended(self) -> tuple[Any, Any]:
        """The means of four pixels, and whether their place lies within the image that rows and columns make."""
        channels = self.images.shape[-1]
        return bilinear.means(bilinear.corners(replace(self, maps=None).pixels()), self.maps, 0, channels)

    def _through(self, row: Any, column: Any) -> Any:
        """The pixels at places (n, H, W) of the image that rows and columns make, looked up."""
        rows = row if self.rows is None else _at(self.rows[:, :, None], row, 0 * row)
        columns = column if self.columns is None else _at(self.columns[:, None, :], 0 * column, column)
        return self._taken(rows, columns)

    def _taken(self, rows: Any, columns: Any) -> Any:
        """The pixels at rows and columns of the images, each (n or 1, H or 1, W or 1), looked up."""
        count, height, width, channels = self.images.shape
        first = ops.arange(count, dtype="int32")[:, None, None] * (height * width)
        index = first + rows * width + columns
        pixels = ops.take(ops.reshape(self.images, (count * height * width, channels)), index, axis=0)
        return self._looked_up(pixels)

    def _looked_up(self, images: Any) -> Any:
        if self.table is None:
            return images
        return ops.take(ops.reshape(self.table, (-1,)), self._entries(images), axis=0)

    def versions(self, tables: Any) -> Any:
        """What each of k tables (n, C, 256, k) makes of the raw values, (n, H, W, k * C) uint8, before pixels move: one
        look-up for all."""
        count, height, width, channels = self.images.shape
        rows = ops.reshape(ops.cast(tables, "uint8"), (count * channels * 256, -1))
        found = ops.transpose(ops.take(rows, self._entries(self.images), axis=0), (0, 1, 2, 4, 3))
        return ops.reshape(found, (count, height, width, -1))

    def _entries(self, images: Any) -> Any:
        """The place of each value's entry in a table (n, C, 256), int32."""
        count, _, _, channels = images.shape
        entries = ops.arange(count * channels, dtype="int32") * 256
        return ops.cast(images, "int32") + ops.reshape(entries, (count, 1, 1, channels))

    def placed(self, given: Any) -> Any:
        """Where boxes (n, 4) of the images lie now (see `suite.training.pixels.boxes`). Erased pixels are seen."""
        height, width = self.size
        if self.window is not None:
            given = boxes.within(given, self.window)
        left, right = boxes.along(self.columns, self.columns_own, given[:, 0], given[:, 2], width)
        top, bottom = boxes.along(self.rows, self.rows_own, given[:, 1], given[:, 3], height)
        moved = boxes.in_view(ops.stack([left, top, right, bottom], axis=1))
        return moved if self.maps is None else boxes.turned(moved, self.maps, self.size)

    def normalized(self, normalize: Callable[[Any], Any]) -> Any:
        """What the network sees, float32 (n, H, W, C)."""
        pixels, kept = self._followed()
        images = normalize(pixels)
        if self.kept is not None:
            kept = self.kept if kept is None else ops.logical_and(self.kept, kept)
        images = images if kept is None else images * ops.cast(kept, images.dtype)[..., None]
        if self.mixture is None:
            return images
        weight = self.mixture.weight[..., None]
        return weight * images + (1.0 - weight) * following(images)


def following(values: Any) -> Any:
    """For each of (n, ...) the next one; for the last, the first."""
    return ops.roll(values, -1, axis=0)


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


def _at(values: Any, row: Any, column: Any) -> Any:
    """values (n or 1, H or 1, W or 1) at rows and columns (n, H, W); an axis of one has its place 0 everywhere."""
    count, height, width = values.shape
    place = (row if height > 1 else 0 * row) * width + (column if width > 1 else 0 * column)
    if count == 1:
        return ops.take(ops.reshape(values, (-1,)), place, axis=0)
    found = ops.take_along_axis(ops.reshape(values, (count, -1)), ops.reshape(place, (count, -1)), axis=1)
    return ops.reshape(found, place.shape)


def _own(size: int) -> Any:
    return ops.arange(size, dtype="int32")[None, :]


def _moved(earlier: Any, place: Any, inside: Any) -> Any:
    """Whether pixels lie inside after one more step: where the place itself does, and what came to it before does."""
    if earlier is None:
        return inside
    taken = ops.take_along_axis(earlier, place, axis=1)
    return taken if inside is None else ops.logical_and(taken, inside)
