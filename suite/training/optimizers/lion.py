"""Lion: steps of one length, in the direction of the sign of a mean of gradient and momentum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.optimizers import Optimizer, assign_decay, learning_rate, weight_decay, with_decay


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    import keras

    return with_decay(keras.optimizers.Lion(schedule, weight_decay=0.0), variables)


PART = Optimizer(
    "lion",
    "Steps of one length, by the sign of a running mean",
    # a third to a tenth of AdamW's rate, and as much more decay, here a fifth and five times: the paper, section 5
    numbers=(learning_rate(0.0002), weight_decay(0.25, "decoupled from the gradient", tried=(0.005, 1.0))),
    source="Chen et al., arXiv:2302.06675",
    build=_build,
    assign=assign_decay,
    decoupled=True,
)
