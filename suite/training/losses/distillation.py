"""Distillation: the student learns a trained teacher's probabilities, softened by a temperature, beside the labels.

(1 - alpha) * cross-entropy(label) + alpha * T^2 * KL(softmax(teacher / T) || softmax(student / T)). The paper has the
cross-entropy with the soft targets in the place of the divergence, which differs by the teacher's entropy, a constant.
T^2 keeps the two terms' shares where the temperature changes. The teacher sees what the student sees: the same
augmented, mixed images; it is frozen, in inference mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.losses import Loss
from suite.training.recipe.part import Circumstances, Number


def _compute(logits: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.tasks.classification import log_likelihoods

    logits, temperature = ops.cast(logits, "float32"), numbers["temperature"]
    hard = -log_likelihoods(ops.log_softmax(logits, axis=-1), targets["label"])
    theirs = ops.log_softmax(ops.cast(targets["teacher"], "float32") / temperature, axis=-1)
    ours = ops.log_softmax(logits / temperature, axis=-1)
    soft = ops.sum(ops.exp(theirs) * (theirs - ours), axis=-1)
    return (1.0 - numbers["alpha"]) * hard + numbers["alpha"] * temperature * temperature * soft


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["alpha"] else "recipe.alpha=0 gives the teacher's answers no weight"


PART = Loss(
    "distillation",
    "A teacher's softened probabilities beside the labels; needs `teacher` on the candidate",
    numbers=(
        Number("temperature", 4.0, "traced", "by which both sides' logits are divided", low=0.01),
        Number("alpha", 0.9, "traced", "weight of the teacher; the labels have the rest", 0, 1),
    ),
    source="Hinton et al., arXiv:1503.02531, section 2",
    idle=_idle,
    compute=_compute,
    teacher=True,
)
