"""Which small networks have recorded curves: what each trains on, how, and where in its search space.

The spaces are the suite's own of each recipe's optimizer, so that what is replayed is what a study searches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suite.config.candidate import Candidate
from suite.config.layers import recipe_of
from suite.config.search import AUTO, space_of
from suite.data import DataSpec

FOLDER = Path(__file__).parent
EPOCHS = 8
SHARES = (1.0, 0.5, 0.25)
"""Lengths, in shares of EPOCHS: of final runs, and of the search trials of `search.length`."""
REPEATS = {1.0: 2, 0.5: 1, 0.25: 1}
"""How often each configuration is trained, each time with seeds of its own."""


@dataclass(frozen=True)
class Network:
    """One network on one part of a data set."""

    name: str
    architecture: str
    recipe: Mapping[str, Any]
    data: DataSpec
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def candidate(self) -> Candidate:
        """As a study would have it."""
        recipe = recipe_of([{"recipe": {**self.recipe, "epochs": EPOCHS}}])
        return Candidate(
            self.name, self.architecture, self.options, recipe, self.data, None, space_of(self.name, AUTO, recipe)
        )

    @property
    def curves(self) -> Path:
        return FOLDER / f"{self.name}.csv"


DIGITS = DataSpec("digits", validation_fraction=0.5, train_examples=704, validation_examples=719)
AS_IN_QUICKSTART = {"flip": False, "shift": 2, "batch_size": 64}
QUICKSTART = {"base": "standard", "learning_rate": 0.05, **AS_IN_QUICKSTART}
NETWORKS = {
    network.name: network
    for network in (
        Network("mlp", "mlp", QUICKSTART, DIGITS),
        Network("lenet5", "lenet5", {"base": "fast_plain", **AS_IN_QUICKSTART}, DIGITS),
        Network("article_cnn", "article_cnn", QUICKSTART, DIGITS, {"width": 0.5}),
    )
}
