"""Focal loss: cross-entropy in which images that are classified well count less, -(1 - p) ** gamma * log(p).

The paper has two classes and a weight alpha for one of them; here p is the softmax's probability of the label's class
among all, and there is no alpha. At gamma = 0 it is the cross-entropy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.losses import Loss
from suite.training.recipe.part import Circumstances, Number


def _compute(logits: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.tasks.classification import log_likelihoods

    own = log_likelihoods(ops.log_softmax(ops.cast(logits, "float32"), axis=-1), targets["label"])
    missing = ops.maximum(-ops.expm1(own), 1e-12)  # 1 - p; above zero, where a power has a gradient
    return -ops.power(missing, numbers["gamma"]) * own


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["gamma"] else "recipe.gamma=0 makes it the cross-entropy"


PART = Loss(
    "focal",
    "Cross-entropy in which easy images count less",
    numbers=(Number("gamma", 2.0, "traced", "how much less; at 0 it is the cross-entropy", 0, 10),),
    source="Lin et al., arXiv:1708.02002",
    idle=_idle,
    compute=_compute,
)
