"""Smoothed cross-entropy by hand."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops

from suite.training.losses.cross_entropy import PART

LABELS = np.array([0, 2, 1, 1, 0], "int32")


@pytest.mark.parametrize("smoothing", [0.0, 0.2, 0.9])
def test_equals_the_cross_entropy_against_smoothed_labels(smoothing: float) -> None:
    logits = np.random.default_rng(1).normal(size=(5, 3)).astype("float32")
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    target = np.eye(3)[LABELS] * (1 - smoothing) + smoothing / 3
    loss = PART.compute(ops.convert_to_tensor(logits), {"label": LABELS}, {"label_smoothing": smoothing})
    np.testing.assert_allclose(loss, -(target * logarithms).sum(axis=1), rtol=1e-5)


def test_large_logits_of_half_precision_neither_overflow_nor_underflow() -> None:
    logits = ops.cast(np.array([[300.0, -300.0]], "float32"), "bfloat16")
    loss = PART.compute(logits, {"label": np.array([1], "int32")}, {"label_smoothing": 0.0})
    assert float(loss[0]) == pytest.approx(600, rel=1e-2)
