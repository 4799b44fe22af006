"""Averages of the weights over the training, one file each, with which a run is evaluated, tested and saved.

Moving statistics of batch normalization are averaged with the weights. The training itself goes on with the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Switched


@dataclass(frozen=True, kw_only=True)
class Averaging(Switched):
    """share: from (t, total, numbers) to the new weights' share, with Keras' operations, float32.

    After t of total steps the average moves to average + share * (weights - average); at t = 0 it is the weights.
    """

    share: Callable[[Any, Any, Mapping[str, Any]], Any]
