"""RMSprop: steps scaled by a running mean of the gradient's square, with momentum where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.optimizers import Optimizer, learning_rate, weight_decay
from suite.training.recipe.part import Number


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    import keras

    return keras.optimizers.RMSprop(schedule, rho=values["rho"], momentum=values["momentum"])


PART = Optimizer(
    "rmsprop",
    "Steps scaled by a running mean square",
    numbers=(
        learning_rate(0.001),
        Number("rho", 0.9, "structural", "how much of the mean square is kept at each step", 0, 0.9999),
        Number("momentum", 0.0, "structural", "how much of the last step is taken again", 0, 0.9999),
        weight_decay(0.0, "coupled with the gradient (L2)"),
    ),
    source="Tieleman and Hinton 2012, Coursera lecture 6.5",
    build=_build,
)
