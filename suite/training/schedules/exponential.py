"""An exponential fall from the peak to a share of it: last ** ((t - w) / (T - w)) after a warm-up of w steps of T."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.schedules import Schedule


def _traced(values: Mapping[str, Any], total: int) -> list[float]:
    return [values["last"]]


def _factor(t: Any, total: Any, start: Any, numbers: Any) -> Any:
    from keras import ops

    progress = ops.clip((t - start) / ops.maximum(total - start, 1.0), 0.0, 1.0)
    return ops.power(numbers[0], progress)


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return "recipe.last=1 leaves the rate as it is" if values["last"] == 1 else None


PART = Schedule(
    "exponential",
    "The same fraction less at every step",
    numbers=(Number("last", 0.01, "traced", "the rate at the end, as a share of the peak", 1e-6, 1),),
    factor=_factor,
    traced=_traced,
    source="Keras' ExponentialDecay; Tan and Le, arXiv:1905.11946, in steps",
    idle=_idle,
)
