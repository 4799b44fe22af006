"""Lion: steps of one length, in the direction of the sign of a mean of gradient and momentum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.optimizers import Optimizer, learning_rate, weight_decay


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    import keras

    from suite.training.groups import decays

    optimizer = keras.optimizers.Lion(schedule, weight_decay=0.0)
    optimizer.weight_decay = keras.Variable(0.0, dtype="float32", trainable=False, name="weight_decay")
    optimizer.exclude_from_weight_decay(var_list=[variable for variable in variables if not decays(variable)])
    return optimizer


def _assign(optimizer: Any, values: Mapping[str, Any]) -> None:
    import numpy as np

    optimizer.weight_decay.assign(np.float32(values["weight_decay"]))


PART = Optimizer(
    "lion",
    "Steps of one length, by the sign of a running mean",
    # a third to a tenth of AdamW's rate, and as much more decay: the paper, section 5
    numbers=(learning_rate(0.0002), weight_decay(0.25, "decoupled from the gradient")),
    source="Chen et al., arXiv:2302.06675",
    build=_build,
    assign=_assign,
    decoupled=True,
)
