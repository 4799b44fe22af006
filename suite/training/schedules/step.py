"""A fall at each milestone: decay ** (number of milestones m with t >= m * T)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.schedules import Schedule


def _traced(values: Mapping[str, Any], total: int) -> list[float]:
    return [values["decay"], *(milestone * total for milestone in values["milestones"])]


def _factor(t: Any, total: Any, start: Any, numbers: Any) -> Any:
    from keras import ops

    return ops.power(numbers[0], ops.sum(ops.cast(t >= numbers[1:], "float32")))


def _refuses(values: Mapping[str, Any]) -> str | None:
    return None if values["milestones"] else "recipe.schedule=step needs recipe.milestones, as in [0.5, 0.75]"


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return "recipe.decay=1 leaves the rate as it is" if values["decay"] == 1 else None


PART = Schedule(
    "step",
    "Falls at milestones",
    numbers=(
        Number("milestones", (), "traced", "fractions of the training at which the rate falls"),
        Number("decay", 0.1, "traced", "what the rate is multiplied with at each milestone", 0, 1),
    ),
    factor=_factor,
    traced=_traced,
    refuses=_refuses,
    idle=_idle,
)
