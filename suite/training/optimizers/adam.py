"""Adam: steps scaled by running moments of the gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.optimizers import Optimizer, learning_rate, weight_decay


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    import keras

    return keras.optimizers.Adam(schedule)


PART = Optimizer(
    "adam",
    "Steps scaled by running moments, 0.9 and 0.999",
    numbers=(learning_rate(0.001), weight_decay(0.0, "coupled with the gradient (L2)")),
    source="Kingma and Ba, arXiv:1412.6980",
    build=_build,
)
