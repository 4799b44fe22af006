"""Binary cross-entropy: each class is a yes or no of its own, a sigmoid instead of a softmax; summed over the classes.

"ResNet strikes back" trains so, with the mean over the classes; the sum keeps the loss, and so the rate, in the size
of the cross-entropy's. Labels may be smoothed: a share of each is spread evenly over all classes.

Of a mixed image each class counts by its share, or whole where it has more than a fifth: both are there to be seen. So
the paper's authors train (timm's `--bce-target-thresh 0.2`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import MIXING
from suite.training.losses import Loss
from suite.training.recipe.part import Circumstances, Number, parts

LEAST_SHARE = 0.2
"""Of a mixed image, beyond which a class that counts whole is there."""


def _compute(logits: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
    return _of(logits, _hot(targets, logits), numbers)


def _mixed(
    logits: Any, own: Mapping[str, Any], other: Mapping[str, Any], share: Any, numbers: Mapping[str, Any]
) -> Any:
    from keras import ops

    if numbers["mixed_labels"] == "shares":
        return share * _compute(logits, own, numbers) + (1.0 - share) * _compute(logits, other, numbers)
    first, second = (
        _hot(targets, logits) * ops.cast(part > LEAST_SHARE, "float32")[:, None]
        for targets, part in ((own, share), (other, 1.0 - share))
    )
    return _of(logits, ops.maximum(first, second), numbers)


def _hot(targets: Mapping[str, Any], logits: Any) -> Any:
    from keras import ops

    return ops.one_hot(targets["label"], logits.shape[-1], dtype="float32")


def _of(logits: Any, labels: Any, numbers: Mapping[str, Any]) -> Any:
    """log(1 + exp(z)) - y z for each class, z its logit and y its label (n, classes), smoothed; the sum (n,)."""
    from keras import ops

    z, smoothing = ops.cast(logits, "float32"), numbers["label_smoothing"]
    y = labels * (1.0 - smoothing) + smoothing / z.shape[-1]
    return ops.sum(ops.softplus(z) - y * z, axis=-1)


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    mixed = any(part.order >= MIXING and part.active(values) for part in parts("augment").values())
    return None if mixed or values["mixed_labels"] == "shares" else "recipe.mixed_labels is for mixed images alone"


PART = Loss(
    "binary_cross_entropy",
    "A yes or no for each class, with smoothed labels",
    numbers=(
        Number("label_smoothing", 0.0, "traced", "share of a label that all classes get alike", 0, 0.9999, neutral=0.0),
        Number(
            "mixed_labels", "shares", "structural", "of a mixed image: classes by their shares, or whole above a fifth",
            neutral="shares", choices=("shares", "whole"),
        ),
    ),
    source="Wightman et al., arXiv:2110.00476",
    idle=_idle,
    compute=_compute,
    mixed=_mixed,
)  # fmt: skip
