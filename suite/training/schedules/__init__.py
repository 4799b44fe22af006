"""The learning rate's schedules, one file each: a factor of the peak as a function of the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Part


@dataclass(frozen=True, kw_only=True)
class Schedule(Part):
    """factor: from (t, total, start, numbers) to the rate's share of its peak, with Keras' operations, float32.

    t is the step from 0, total the number of steps, start the step (a fraction, too) at which the warm-up ends, numbers
    what `traced` gave. traced: from the recipe's values and the number of steps to the numbers that become variables.
    beginning: from the numbers to the share of the peak that a warm-up rises to; None for the whole peak.
    """

    factor: Callable[[Any, Any, Any, Any], Any]
    beginning: Callable[[Any], Any] | None = None
    traced: Callable[[Mapping[str, Any], int], Sequence[float]] = lambda values, total: ()
