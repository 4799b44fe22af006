"""Stochastic gradient descent with momentum, Nesterov's or the classical one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.optimizers import Optimizer, learning_rate, weight_decay
from suite.training.recipe.part import Number


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    import keras

    return keras.optimizers.SGD(schedule, momentum=values["momentum"], nesterov=values["nesterov"])


def _refuses(values: Mapping[str, Any]) -> str | None:
    if values["nesterov"] and values["momentum"] == 0:
        return "recipe.nesterov=true needs recipe.optimizer=sgd with a momentum above 0"
    return None


PART = Optimizer(
    "sgd",
    "Gradient descent with momentum",
    numbers=(
        learning_rate(0.1),
        Number("momentum", 0.9, "structural", "how much of the last step is taken again", 0, 0.9999),
        Number(
            "nesterov",
            False,
            "structural",
            "the gradient is taken ahead, where momentum leads",
            neutral=False,
            needs="momentum",
        ),
        weight_decay(0.0005, "coupled with the gradient (L2)"),
    ),
    source="Sutskever et al. 2013",
    build=_build,
    refuses=_refuses,
)
