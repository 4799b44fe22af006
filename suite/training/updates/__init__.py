"""How gradients come about, and what happens before, in and after the optimizer's step, one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Switched


@dataclass(frozen=True, kw_only=True)
class Update(Switched):
    """change: from a step's gradients and the part's numbers to other gradients, with Keras' operations.

    share: from a variable and the part's numbers to how many times the rate it gets; 1.0, Python's number, for what the
    part leaves alone. slow: from (t, total, numbers), after t of total steps, float32, to the weights' share by which
    slow weights move towards them, and whether the weights are then set to the slow ones.
    Numbers that are traced or switched arrive as variables of the optimizer, structural ones as Python's. A gradient
    is None where nothing depends on the variable.
    """

    change: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]]
    share: Callable[[Any, Mapping[str, Any]], Any] | None = None
    slow: Callable[[Any, Any, Mapping[str, Any]], tuple[Any, Any]] | None = None


def unchanged(gradients: Sequence[Any], numbers: Mapping[str, Any]) -> Sequence[Any]:
    """The change of an update that acts elsewhere."""
    return gradients
