"""Cross-entropy against labels that are smoothed: a share of each is spread evenly over all classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.losses import Loss
from suite.training.recipe.part import Number


def _compute(logits: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.tasks.classification import log_likelihoods

    logarithms = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    own = -log_likelihoods(logarithms, targets["label"])
    return own + numbers["label_smoothing"] * (-ops.mean(logarithms, axis=-1) - own)


PART = Loss(
    "cross_entropy",
    "Cross-entropy, with smoothed labels",
    numbers=(
        Number("label_smoothing", 0.0, "traced", "share of a label that all classes get alike", 0, 0.9999, neutral=0.0),
    ),
    source="Szegedy et al. 2016, arXiv:1512.00567",
    compute=_compute,
)
