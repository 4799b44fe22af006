"""Binary cross-entropy against scipy's sigmoid, and logits that are far out."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops
from scipy.special import expit

from suite.training.losses.binary_cross_entropy import PART

LABELS = np.array([0, 2, 1, 1], "int32")


def loss(logits: np.ndarray, labels: np.ndarray, smoothing: float) -> float:
    return float(
        ops.mean(PART.compute(ops.convert_to_tensor(logits), {"label": labels}, {"label_smoothing": smoothing}))
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_is_the_sum_of_a_yes_or_no_for_each_class(smoothing: float) -> None:
    logits = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")
    target, share = np.eye(3)[LABELS] * (1 - smoothing) + smoothing / 3, expit(logits.astype("float64"))
    expected = -np.sum(target * np.log(share) + (1 - target) * np.log(1 - share), axis=1).mean()
    assert loss(logits, LABELS, smoothing) == pytest.approx(expected, rel=1e-5)


def test_far_logits_stay_finite() -> None:
    logits = np.array([[-300.0, 0.0, 300.0]], "float32")
    assert loss(logits, np.array([0], "int32"), 0.0) == pytest.approx(600 + np.log(2), rel=1e-5)
