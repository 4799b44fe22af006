"""A row of a comparison, in its final form: architecture, recipe, data, what is searched, and how long it trains."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from suite.config.search import SearchSpace
from suite.config.sources import Source
from suite.core.refusals import Refusal
from suite.data.dataset import DataSpec
from suite.training.recipe import Recipe

AUTO = "auto"
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16", AUTO)
"""What a candidate trains in; the last is the quicker of the first two, measured before it trains."""
STARTS = ("weights", "teacher")
"""What a candidate names of other runs."""


@dataclass(frozen=True)
class Candidate:
    """A row of a comparison: architecture, options, recipe, data and what is searched."""

    name: str
    architecture: str
    options: Mapping[str, Any]
    recipe: Recipe
    data: DataSpec
    images_seen: float | None  # training length in images; None: the recipe's epochs
    search: SearchSpace = field(default_factory=SearchSpace)
    weights: Source | None = None  # what its runs start from; None: at random, or from what an option names
    teacher: Source | None = None  # whose answers it learns from, where its loss is distillation
    precision: str = "float32"  # "auto": to be measured
    timed: bool = False  # a time budget chooses images_seen, which need be no whole epochs then
    begins: Mapping[str, Any] = field(default_factory=dict)  # where its second trial lies; empty: anywhere

    @property
    def sources(self) -> dict[str, Source]:
        """Whose final runs its own need, by what for: weights, teacher."""
        named = {name: getattr(self, name) for name in STARTS}
        return {name: source for name, source in named.items() if source is not None}

    def settled(self, train_examples: int, share: float = 1.0) -> Recipe:
        """The recipe with its epochs, now that the training set's size is known; of `share` of its length.

        Whole epochs, rounded up; under a time budget as many as were chosen, to five digits. What does not fill a batch
        is left out of each epoch: there the rest of the set is counted as seen, so that equal images are equal epochs
        for every size of batch.
        """
        whole = self._whole(train_examples)
        if share == 1.0:
            return whole
        return whole.with_parameters({"epochs": float(f"{share * whole.epochs:.5g}")})

    def _whole(self, train_examples: int) -> Recipe:
        if self.images_seen is None:
            return self.recipe
        if self.timed:
            return self.recipe.with_parameters({"epochs": float(f"{self.images_seen / train_examples:.5g}")})
        per_epoch = max(1, train_examples // self.recipe.batch_size) * self.recipe.batch_size
        return self.recipe.with_parameters({"epochs": max(1, math.ceil(self.images_seen / per_epoch))})

    def check_pixels(self, size: tuple[int, int]) -> None:
        """Raises Refusal where the recipe, or an end of what is searched, is too large for images of this size."""
        for where, recipe in self.ends():
            try:
                recipe.check_pixels(size)
            except Refusal as refusal:
                raise Refusal(f"{where}: {refusal}") from None

    def check_batches(self, examples: int) -> None:
        """Raises Refusal where a batch, or the largest that is searched, is more than these training images."""
        for where, recipe in self.ends():
            if examples < recipe.batch_size:
                raise Refusal(
                    f"{where}: a batch of {recipe.batch_size} is larger than the {examples} training images; set "
                    f"recipe.batch_size={examples} or less (never changed silently)"
                )

    def ends(self) -> Iterator[tuple[str, Recipe]]:
        """The recipe as it stands, and with each end of each dimension of its search; and where that is said."""
        yield f"candidate {self.name}", self.recipe
        for name, dimension in self.search.dimensions.items():
            for end in dimension.get("choices") or (dimension["low"], dimension["high"]):
                where = f"candidate {self.name}, in search space {self.search.space}"
                yield where, self.recipe.with_parameters({name: end})
