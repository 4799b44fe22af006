"""Binary cross-entropy: each class is a yes or no of its own, a sigmoid instead of a softmax; summed over the classes.

"ResNet strikes back" trains so, with the mean over the classes; the sum keeps the loss, and so the rate, in the size
of the cross-entropy's. Labels may be smoothed: a share of each is spread evenly over all classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.losses import Loss
from suite.training.recipe.part import Number


def _compute(logits: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
    """log(1 + exp(z)) - y z for each class, z its logit and y its smoothed label."""
    from keras import ops

    z = ops.cast(logits, "float32")
    classes, smoothing = z.shape[-1], numbers["label_smoothing"]
    y = ops.one_hot(targets["label"], classes, dtype="float32") * (1.0 - smoothing) + smoothing / classes
    return ops.sum(ops.softplus(z) - y * z, axis=-1)


PART = Loss(
    "binary_cross_entropy",
    "A yes or no for each class, with smoothed labels",
    numbers=(
        Number("label_smoothing", 0.0, "traced", "share of a label that all classes get alike", 0, 0.9999, neutral=0.0),
    ),
    source="Wightman et al., arXiv:2110.00476",
    compute=_compute,
)
