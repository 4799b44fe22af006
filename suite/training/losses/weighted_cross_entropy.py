"""Cross-entropy with a weight for each class, so that rare classes count for more: 1 / (effective number of images).

The effective number of n images is (1 - beta ** n) / (1 - beta): all n at beta = 1, where the weights are the inverse
frequencies, and one whatever n at beta = 0, where all classes weigh alike. Weights are scaled so that their mean over
the training images is 1, which leaves the rate's meaning; the paper has their mean over the classes be 1. They come
from the training images alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.losses import Loss
from suite.training.recipe.part import Circumstances, Number


def class_weights(counts: Any, values: Mapping[str, Any]) -> Any:
    """A weight for each class from its number of training images (classes,); 0 for a class without any."""
    import numpy as np

    counts, beta = np.asarray(counts, "float64"), values["beta"]
    effective = counts if beta == 1 else -np.expm1(counts * np.log(beta)) / (1 - beta) if beta > 0 else counts > 0
    weights = np.divide(1.0, effective, out=np.zeros(len(counts)), where=counts > 0)
    return weights * counts.sum() / (weights * counts).sum()


def _compute(logits: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.tasks.classification import log_likelihoods

    own = log_likelihoods(ops.log_softmax(ops.cast(logits, "float32"), axis=-1), targets["label"])
    return -ops.take(numbers["class_weights"], targets["label"]) * own


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    if values["beta"] == 0:
        return "recipe.beta=0 weighs all classes alike, as the cross-entropy does"
    images = circumstances.images_of_a_class
    return f"classes of {images} training images are weighed alike, to within a few hundredths" if images else None


PART = Loss(
    "weighted_cross_entropy",
    "Cross-entropy in which rare classes count more",
    numbers=(
        Number(
            "beta", 1.0, "traced", "0: all classes alike; 1: by inverse frequency; the paper tries 0.9 to 0.9999", 0, 1
        ),
    ),
    source="Cui et al., arXiv:1901.05555",
    idle=_idle,
    compute=_compute,
    class_weights=class_weights,
)
