"""AdamW: Adam with a decay that is not scaled by its moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.optimizers import Optimizer, assign_decay, learning_rate, weight_decay, with_decay


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    import keras

    return with_decay(keras.optimizers.AdamW(schedule, weight_decay=0.0), variables)


PART = Optimizer(
    "adamw",
    "Adam with decoupled weight decay",
    numbers=(learning_rate(0.001), weight_decay(0.05, "decoupled from the gradient")),
    source="Loshchilov and Hutter, arXiv:1711.05101",
    build=_build,
    assign=assign_decay,
    decoupled=True,
)
