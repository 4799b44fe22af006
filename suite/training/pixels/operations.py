"""The operations of augmentation policies by name: each image of a batch goes through one of them, by its own amount.

An operation that is not an image's own is computed with the amount that changes nothing, so that tables, colours and
places are each gone through once for all operations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from keras import ops

from suite.training.pixels import affine, colour, tables

FACTORS = ("brightness", "contrast", "color", "sharpness")
SIGNED = (*FACTORS, "rotate", "shear_x", "shear_y", "translate_x", "translate_y")
COUNTED = ("contrast", "autocontrast", "equalize")
PLAIN = ("identity", "invert", "autocontrast", "equalize")
"""Factors lie around 1; what is signed goes either way; what is counted needs to know how many pixels have each value;
what is plain has no amount."""

FOURTEEN = ("identity", "autocontrast", "equalize", "rotate", "solarize", "color", "posterize", "contrast",
            "brightness", "sharpness", "shear_x", "shear_y", "translate_x", "translate_y")  # fmt: skip
"""RandAugment's, arXiv:1909.13719, figure 2; TrivialAugment has the same."""


@dataclass(frozen=True)
class Amounts:
    """The amount of each operation at the strengths 0 and 1, or at 1 where it is 0 at 0.

    rotate: degrees. shear: slope. factor: distance from 1. posterize: bits. solarize: threshold. translate: pixels, or
    None for `share` of the side. bits: how posterization's become whole.
    """

    rotate: float
    shear: float
    factor: float
    posterize: tuple[float, float]
    solarize: tuple[float, float]
    translate: float | None = None
    share: float = 150 / 331
    bits: Callable[[Any], Any] = ops.round

    def of(self, names: tuple[str, ...], which: Any, strength: Any, positive: Any, size: tuple[int, int]) -> Any:
        """The amount (n,) for images whose operations are names[which[i]]: strength (n,) in [0, 1], positive (n,)."""
        ends = [self._ends(name, size) for name in names]
        first, last = (ops.take(ops.convert_to_tensor(end, "float32"), which) for end in zip(*ends, strict=True))
        amount = first + (last - first) * strength
        is_either = ops.take(ops.convert_to_tensor([name in SIGNED for name in names]), which)
        amount = ops.where(ops.logical_and(is_either, ops.logical_not(positive)), -amount, amount)
        middle = ops.take(ops.convert_to_tensor([1.0 * (name in FACTORS) for name in names], "float32"), which)
        amount = amount + middle
        for ending, whole in (("posterize", self.bits), ("translate_x", _cut), ("translate_y", _cut)):
            if ending in names:
                amount = ops.where(which == names.index(ending), whole(amount), amount)
        return amount

    def _ends(self, name: str, size: tuple[int, int]) -> tuple[float, float]:
        if name in ("translate_x", "translate_y"):
            side = size[1] if name == "translate_x" else size[0]
            return 0.0, self.share * side if self.translate is None else self.translate
        found: Mapping[str, tuple[float, float]] = {
            "rotate": (0.0, self.rotate),
            "shear_x": (0.0, self.shear),
            "shear_y": (0.0, self.shear),
            "posterize": self.posterize,
            "solarize": self.solarize,
            **dict.fromkeys(FACTORS, (0.0, self.factor)),
            **dict.fromkeys(PLAIN, (0.0, 0.0)),
        }
        return found[name]


USUAL = Amounts(rotate=30.0, shear=0.3, factor=0.9, posterize=(8.0, 4.0), solarize=(255.0, 0.0))
"""AutoAugment's, arXiv:1805.09501, and RandAugment's. As torchvision reads them: factors go either way from 1, and
posterization ends at four bits."""


def act(batch: Any, names: tuple[str, ...], which: Any, amount: Any, bilinear: bool = False) -> Any:
    """The batch after operation names[which[i]] by amount[i] on image i: which (n,) int32, amount (n,).

    bilinear: whether moved pixels are the mean of four.
    """
    batch = with_tables(batch, _counts(batch, names), names, which, amount)
    coloured = [name for name in ("color", "sharpness") if name in names]
    if coloured:
        factor = ops.ones_like(amount)
        for name in coloured:
            factor = ops.where(which == names.index(name), amount, factor)
        bases = {"color": colour.grayed, "sharpness": colour.smoothed}

        def change(images: Any) -> Any:
            base = bases[coloured[0]](images)
            for name in coloured[1:]:
                chosen = which == names.index(name)
                base = ops.where(chosen[:, None, None, None], bases[name](images), base)
            return colour.blended(base, images, factor)

        batch = batch.recoloured(change)
    moved = maps(names, which, amount, batch.size)
    return batch if moved is None else batch.turned(moved, bilinear)


def _counts(batch: Any, names: tuple[str, ...]) -> Any:
    return batch.counts() if any(name in names for name in COUNTED) else None


def with_tables(batch: Any, counts: Any, names: tuple[str, ...], which: Any, amount: Any) -> Any:
    """The batch after those operations that are tables; counts: of its raw values, where they are needed."""
    values = batch.values()

    def only(name: str, changed: Any, values: Any) -> Any:
        return ops.where((which == names.index(name))[:, None, None], changed, values)

    if "brightness" in names:
        values = tables.brightened(values, _own(names, "brightness", which, amount, 1.0))
    if "contrast" in names:
        values = tables.contrasted(values, counts, _own(names, "contrast", which, amount, 1.0))
    if "solarize" in names:
        values = tables.solarized(values, _own(names, "solarize", which, amount, 256.0))
    if "posterize" in names:
        values = tables.posterized(values, _own(names, "posterize", which, amount, 8.0))
    if "invert" in names:
        values = only("invert", tables.inverted(values), values)
    if "autocontrast" in names:
        values = only("autocontrast", tables.stretched(values, counts), values)
    if "equalize" in names:
        values = only("equalize", tables.equalized(batch.table, counts), values)
    return batch.with_values(values)


def maps(names: tuple[str, ...], which: Any, amount: Any, size: tuple[int, int]) -> Any:
    """The affine maps (n, 2, 3) of those operations that move pixels; None where there are none."""
    made = {
        "rotate": affine.rotated,
        "shear_x": lambda slope: affine.sheared(slope, 0.0 * slope, (-size[1] / 2, -size[0] / 2)),
        "shear_y": lambda slope: affine.sheared(0.0 * slope, slope, (-size[1] / 2, -size[0] / 2)),
        "translate_x": lambda pixels: affine.translated(pixels, 0.0 * pixels),
        "translate_y": lambda pixels: affine.translated(0.0 * pixels, pixels),
    }
    found = None
    for name in (name for name in made if name in names):
        own = made[name](_own(names, name, which, amount, 0.0))
        found = own if found is None else ops.where((which == names.index(name))[:, None, None], own, found)
    return found


def _own(names: tuple[str, ...], name: str, which: Any, amount: Any, neutral: float) -> Any:
    """The amounts of the images whose operation this is, and what changes nothing for the others."""
    return ops.where(which == names.index(name), amount, neutral)


def _cut(pixels: Any) -> Any:
    """Without the fraction."""
    return ops.sign(pixels) * ops.floor(ops.abs(pixels))
