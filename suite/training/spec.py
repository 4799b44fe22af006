"""What one run is asked to do: everything the trainer needs, as values that travel to a worker process as JSON.

Imports no Keras: the coordinator makes these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from suite.data import DataSpec
from suite.training.recipe import RECIPE_VERSION, Recipe

SEEDS = ("split", "initial", "order", "augment")


@dataclass(frozen=True)
class RunSpec:
    """One training. `parameters` is what a search chose and is already applied to `recipe`."""

    architecture: str
    options: Mapping[str, Any]
    recipe: Recipe
    data: DataSpec
    seeds: Mapping[str, int]
    """One non-negative integer each for the split, the initial weights (and dropout), the order, the augmentation."""
    cache_dir: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    final: bool = False
    """Final runs are tested, once, after training; search trials never are."""
    train_on_validation: bool = False
    backend: str = "tensorflow"
    precision: str = "float32"
    data_dir: str | None = None
    offline: bool = False
    deterministic: bool = True
    expected_fingerprint: str | None = None
    """The graph that earlier runs of the candidate were trained with; another one is refused before training."""
    expected_data_hash: str | None = None
    """The data that the study was opened with; other data, such as a folder with a new picture, is refused."""

    def as_mapping(self) -> dict[str, Any]:
        """Plain values as JSON knows them; `from_mapping` gives the specification back."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "options": dict(self.options),
            "recipe": self.recipe.as_mapping(),
            "data": asdict(self.data),
            "seeds": dict(self.seeds),
            "parameters": dict(self.parameters),
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> RunSpec:
        """Raises Refusal for a recipe that does not hold, KeyError and TypeError for what is no specification."""
        values = dict(mapping)
        values["recipe"] = Recipe.from_mapping(values["recipe"])
        values["data"] = DataSpec(**values["data"])
        return cls(**values)

    def identity(self, data_hash: str, fingerprint: str) -> str:
        """SHA-256 of all that determines the training: a checkpoint serves only a run of the same identity.

        Places (data_dir, cache_dir), names and downloads do not count; the data's and the graph's hashes do.
        """
        values = self.as_mapping()
        for name in ("data_dir", "cache_dir", "offline", "parameters", "expected_fingerprint", "expected_data_hash"):
            del values[name]
        values["recipe"] = {key: value for key, value in values["recipe"].items() if key != "name"}
        values["data"] = {key: value for key, value in values["data"].items() if key not in ("name", "path")}
        known = {**values, "data_hash": data_hash, "fingerprint": fingerprint, "recipe_version": RECIPE_VERSION}
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
