"""Corruptions of test images, one kind a file: each module with a `CORRUPTION` is one.

The fifteen kinds at five strengths of D. Hendrycks and T. Dietterich, Benchmarking neural network robustness to common
corruptions and perturbations, 2019, arXiv:1903.12261. Their strengths are the published ones of the authors' code for
CIFAR-10-C (images of 32 pixels), Tiny ImageNet-C (64) and ImageNet-C (224). What is random in an image comes from its
number, the kind and the strength alone, so that it is the same whatever is corrupted with it. They never meet training
or validation images: only the evaluation of final runs (`suite.training.corrupted`) and contact sheets make them.
"""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.core.refusals import unknown
from suite.data.fit import Images

STRENGTHS = (1, 2, 3, 4, 5)
SMALL_SIDE, MEDIUM_SIDE = 48, 128
"""Images up to this shorter side in pixels have the strengths of CIFAR-10-C, of Tiny ImageNet-C; larger ones those of
ImageNet-C."""

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Corruption:
    """One kind of corruption.

    order: its place in the paper's list. apply: from an image (H, W, 1 or 3) uint8, the numbers of a strength and a
    numpy generator to the corrupted image, of the same shape and type. small, medium, large: the numbers of the five
    strengths, for images of 32, 64 and 224 pixels.
    version: raised when the same strength comes to mean other pixels: what was measured before is measured again.
    """

    name: str
    summary: str
    order: int
    apply: Callable[[Image, Any, np.random.Generator], Image]
    small: tuple[Any, ...]
    medium: tuple[Any, ...]
    large: tuple[Any, ...]
    version: int = 1

    def numbers(self, strength: int, side: int) -> Any:
        """What a strength, from 1 to 5, means for images whose shorter side has so many pixels."""
        table = self.small if side <= SMALL_SIDE else self.medium if side <= MEDIUM_SIDE else self.large
        return table[strength - 1]


@cache
def corruptions() -> dict[str, Corruption]:
    """Every kind by name, in the paper's order."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found: list[Corruption] = [module.CORRUPTION for module in modules if hasattr(module, "CORRUPTION")]
    return {kind.name: kind for kind in sorted(found, key=lambda kind: kind.order)}


def get(name: str) -> Corruption:
    """The kind of that name. Raises Refusal for an unknown one."""
    if name not in corruptions():
        raise unknown("corruption", name, corruptions())
    return corruptions()[name]


def corrupted(images: Images, index: Sequence[int] | npt.NDArray[np.int64], name: str, strength: int) -> Images:
    """The images at `index` of a set (N, H, W, C), corrupted: (n, H, W, C) uint8.

    An image's number in its set seeds what is random, so neither its neighbours nor their order matter.
    """
    kind, stream = get(name), zlib.crc32(name.encode())
    found = np.empty((len(index), *images.shape[1:]), np.uint8)
    numbers = kind.numbers(strength, min(images.shape[1:3]))
    for row, number in enumerate(index):
        generator = np.random.default_rng((int(number), stream, strength))
        found[row] = kind.apply(np.asarray(images[number]), numbers, generator)
    return found


def unit(image: Image) -> npt.NDArray[np.float64]:
    """An image's values as fractions from 0 to 1."""
    return image / 255.0


def whole(fractions: npt.NDArray[np.floating]) -> Image:
    """Fractions as an image again: cut to the range, and to whole numbers below them, as the authors' code does.

    What is a hair below a whole number counts as that number, or a rounding error would cost a grey level.
    """
    return np.floor(np.clip(fractions, 0.0, 1.0) * 255.0 + 1e-6).astype(np.uint8)
