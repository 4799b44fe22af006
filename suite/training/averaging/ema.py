"""The exponential moving average of the weights: after step t it moves by 1 - min(decay, (1 + t) / (10 + t)).

The rising decay, TensorFlow's, keeps the first weights from lasting in a short training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.averaging import Averaging
from suite.training.recipe.part import Number


def _share(t: Any, total: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    return 1.0 - ops.minimum(numbers["ema"], (1.0 + t) / (10.0 + t))


PART = Averaging(
    "ema",
    "Exponential moving average of the weights",
    numbers=(Number("ema", 0.0, "switched", "how much of the average is kept at each step", 0, 0.999999, neutral=0.0),),
    source="Polyak and Juditsky 1992; Tan and Le, arXiv:1905.11946, for images",
    share=_share,
    switch="ema",
)
