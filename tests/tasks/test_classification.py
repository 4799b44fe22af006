"""Figures of a handful of logits that a reader can check by hand."""

from __future__ import annotations

import numpy as np
import pytest
from suite.training.evaluate import evaluate, expected_calibration_error


def test_a_small_table_by_hand() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]]))
    figures = evaluate(logits, np.array([0, 2, 1]))
    assert figures.predicted.tolist() == [0, 1, 2]
    assert figures.accuracy == pytest.approx(1 / 3)
    np.testing.assert_allclose(figures.confidence, [0.7, 0.6, 0.5], rtol=1e-6)
    assert figures.loss == pytest.approx(-np.mean(np.log([0.7, 0.3, 0.25])))
    assert figures.top5_accuracy == 1.0  # three classes
    assert figures.calibration_error == pytest.approx((0.3 + 0.6 + 0.5) / 3, abs=1e-6)


def test_top_five_counts_the_fifth_and_not_the_sixth_and_ties_go_to_the_lower_class() -> None:
    falling = -np.arange(8.0)[None].repeat(8, axis=0)
    assert evaluate(falling, np.arange(8)).top5_hit.tolist() == [True] * 5 + [False] * 3
    assert evaluate(np.zeros((8, 8)), np.arange(8)).top5_hit.tolist() == [True] * 5 + [False] * 3


def test_large_logits_neither_overflow_nor_underflow() -> None:
    figures = evaluate(np.array([[1e4, -1e4]], dtype="float32"), np.array([1]))
    assert figures.loss == pytest.approx(2e4)


def test_calibration_error_of_bins_by_hand() -> None:
    confidence, correct = np.array([0.05, 0.95, 0.95, 0.95]), np.array([True, True, True, False])
    assert expected_calibration_error(confidence, correct, bins=10) == pytest.approx(
        0.25 * 0.95 + 0.75 * (0.95 - 2 / 3)
    )
    assert expected_calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0.0
