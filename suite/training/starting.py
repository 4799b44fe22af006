"""How a network is brought to its start where that is not random: another run's weights, and what is not to learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from suite import models, tasks
from suite.models.depth import Depth, depths
from suite.training.origin import Origin
from suite.training.recipe import Recipe


@dataclass(frozen=True)
class Kept:
    """The weights of a run, for `models.load`; which every trial and seed of a study may start from: read once."""

    origin: Origin

    @property
    def whose(self) -> str:
        return f"the weights of {self.origin.run}"

    @property
    def wanted(self) -> str:
        return saved(self.origin).wanted

    def by_layer(self) -> Mapping[str, Sequence[Any]]:
        return _by_layer(self.origin)


def load(net: Any, origin: Origin) -> models.Loaded:
    """Give a network the weights of a run; layers of its head that fit none there keep their start.

    Raises Refusal where the weights have changed since they were chosen, ArchitectureError where they do not fit.
    """
    origin.require_unchanged()
    return models.load(net, Kept(origin), [name for name, depth in depths(net).items() if depth.head])


def saved(origin: Origin) -> models.Saved:
    """The file of a run's weights, with what was built there."""
    task = tasks.get(origin.task)
    return models.of_run(
        Path(origin.directory), origin.architecture, origin.input_shape, origin.num_classes, origin.options,
        lambda net: task.network(net, origin.num_classes),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _by_layer(origin: Origin) -> Mapping[str, Sequence[Any]]:
    return saved(origin).by_layer()


def prepare(net: Any, recipe: Recipe) -> None:
    """Take from a built network what is not to learn, as the recipe says. Raises Refusal where it cannot be."""
    parts = [part for part in recipe.of("transfer") if part.prepare is not None]
    if parts:
        found = depths(net)
        for part in parts:
            part.prepare(net, found)


def depths_of(net: Any, recipe: Recipe) -> dict[str, Depth]:
    """The depth of each variable by its path; empty for a recipe that does not ask."""
    if not recipe.of("transfer"):
        return {}
    found = depths(net)
    return {
        variable.path: found[layer.name] for layer in net.layers if layer.name in found for variable in layer.variables
    }
