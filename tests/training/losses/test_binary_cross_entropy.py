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


@pytest.mark.parametrize("labels", ["shares", "whole"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_mixed_images_by_hand(labels: str, smoothing: float) -> None:
    """Whole: a class of more than a fifth is there, one of less is not; two images of one class are that class."""
    random = np.random.default_rng(3)
    logits, own, other = random.normal(size=(6, 4)) * 2, np.array([0, 1, 2, 3, 1, 1]), np.array([1, 2, 0, 0, 1, 1])
    share = np.array([0.95, 0.75, 0.5, 0.1, 0.95, 0.5])
    numbers = {"label_smoothing": smoothing, "mixed_labels": labels}
    targets = ({"label": ops.convert_to_tensor(part)} for part in (own, other))
    given = ops.convert_to_tensor(logits.astype("float32")), *targets, ops.convert_to_tensor(share.astype("float32"))
    found = ops.convert_to_numpy(PART.mixed(*given, numbers))
    for i in range(6):
        y = np.zeros(4)
        y[own[i]] += share[i]
        y[other[i]] += 1 - share[i]
        y = y if labels == "shares" else (y > 0.2).astype(float)
        y = y * (1 - smoothing) + smoothing / 4
        p = 1 / (1 + np.exp(-logits[i]))
        assert found[i] == pytest.approx(-np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-5)
