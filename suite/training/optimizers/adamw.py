"""AdamW: Adam with a decay that is not scaled by its moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.optimizers import Optimizer, learning_rate, weight_decay


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    import keras

    from suite.training.groups import decays

    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.0)
    optimizer.weight_decay = keras.Variable(0.0, dtype="float32", trainable=False, name="weight_decay")
    optimizer.exclude_from_weight_decay(var_list=[variable for variable in variables if not decays(variable)])
    return optimizer


def _assign(optimizer: Any, values: Mapping[str, Any]) -> None:
    import numpy as np

    optimizer.weight_decay.assign(np.float32(values["weight_decay"]))


PART = Optimizer(
    "adamw",
    "Adam with decoupled weight decay",
    numbers=(learning_rate(0.001), weight_decay(0.05, "decoupled from the gradient")),
    source="Loshchilov and Hutter, arXiv:1711.05101",
    build=_build,
    assign=_assign,
    decoupled=True,
)
