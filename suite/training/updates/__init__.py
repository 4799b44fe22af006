"""How gradients come about, and what happens to them before the optimizer steps, one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Switched


@dataclass(frozen=True, kw_only=True)
class Update(Switched):
    """change: from a step's gradients and the part's numbers to other gradients, with Keras' operations.

    Numbers that are traced or switched arrive as variables of the optimizer, structural ones as Python's. A gradient
    is None where nothing depends on the variable.
    """

    change: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]]


def unchanged(gradients: Sequence[Any], numbers: Mapping[str, Any]) -> Sequence[Any]:
    """The change of an update that comes before the gradients are there."""
    return gradients
