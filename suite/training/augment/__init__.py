"""Augmentation on the device, one transform a file: each module with a `PART` is one.

Everything random comes in as uniform numbers from a stream of the transform's own, so that these functions are pure and
a new transform never changes what an older one draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Number, Switched

PLACES, PIXELS, ERASING, MIXING = 0, 10, 20, 30
"""Orders: where pixels come from, what they are, which are erased, what is mixed in."""


@dataclass(frozen=True, kw_only=True)
class Transform(Switched):
    """apply: from a batch (`suite.training.batch.Batch`), uniform numbers (n, draws) and the part's numbers.

    draws: uniform numbers in [0, 1) for each image, and draws_by_column as many more for each of its columns. lasting:
    from the part's numbers to whether an image keeps its draws through the training; else each step has new ones.
    order: transforms of lower orders act first, equals by name. boxes: whether boxes in the images follow it, as they
    do where it moves pixels by the batch's ways alone. backends: those that it runs on; none named: all. compiles:
    whether XLA can compile it. from_larger: whether it makes images of the network's size from larger ones, where the
    data set has such: it is the first to act.
    """

    apply: Callable[[Any, Any, Mapping[str, Any]], Any]
    draws: int
    order: int = PIXELS
    boxes: bool = True
    draws_by_column: int = 0
    backends: tuple[str, ...] = ()
    compiles: bool = True
    lasting: Callable[[Mapping[str, Any]], bool] = lambda numbers: False
    from_larger: bool = False

    def count(self, width: int) -> int:
        """How many uniform numbers it takes for each image of a width in pixels."""
        return self.draws + self.draws_by_column * width


def crops(transforms: Iterable[Transform]) -> bool:
    """Whether training images are taken from larger ones, where the data set has such."""
    return any(transform.from_larger for transform in transforms)


def either_way(uniforms: Any) -> Any:
    """Numbers in [-1, 1) from uniform ones in [0, 1): how far a transform goes, one way or the other."""
    return 2.0 * uniforms - 1.0


def interpolation(needs: str) -> Number:
    """How pixels are taken that a transform moves by less than whole steps; one for all such transforms of a recipe."""
    return Number(
        "interpolation", "nearest", "structural", "what a moved place takes: the nearest value, or the mean of four",
        neutral="nearest", choices=("nearest", "bilinear"), needs=needs,
    )  # fmt: skip


def is_bilinear(numbers: Mapping[str, Any]) -> bool:
    """Whether a transform's numbers ask for the mean of four pixels."""
    return bool(numbers["interpolation"] == "bilinear")
