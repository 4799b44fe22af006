"""Figures of a handful of logits that a reader can check by hand, and of many in pieces."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from suite import tasks
from suite.core.refusals import Refusal
from suite.tasks import classification
from suite.tasks.classification import CHUNK, METRICS, balanced_accuracy, expected_calibration_error, judged
from suite.tasks.task import figures as figures_of


def test_a_small_table_by_hand() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]]))
    figures = judged(logits, np.array([0, 2, 1]))
    assert figures.predicted.tolist() == [0, 1, 2]
    assert figures.accuracy == pytest.approx(1 / 3)
    np.testing.assert_allclose(figures.confidence, [0.7, 0.6, 0.5], rtol=1e-6)
    assert figures.loss == pytest.approx(-np.mean(np.log([0.7, 0.3, 0.25])))
    assert figures.top5_accuracy == 1.0  # three classes
    assert figures.calibration_error == pytest.approx((0.3 + 0.6 + 0.5) / 3, abs=1e-6)


def test_top_five_counts_the_fifth_and_not_the_sixth_and_ties_go_to_the_lower_class() -> None:
    falling = -np.arange(8.0)[None].repeat(8, axis=0)
    assert judged(falling, np.arange(8)).top5_hit.tolist() == [True] * 5 + [False] * 3
    assert judged(np.zeros((8, 8)), np.arange(8)).top5_hit.tolist() == [True] * 5 + [False] * 3


def test_large_logits_neither_overflow_nor_underflow() -> None:
    figures = judged(np.array([[1e4, -1e4]], dtype="float32"), np.array([1]))
    assert figures.loss == pytest.approx(2e4)


def test_calibration_error_of_bins_by_hand() -> None:
    confidence, correct = np.array([0.05, 0.95, 0.95, 0.95]), np.array([True, True, True, False])
    assert expected_calibration_error(confidence, correct, bins=10) == pytest.approx(
        0.25 * 0.95 + 0.75 * (0.95 - 2 / 3)
    )
    assert expected_calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0.0


def test_in_pieces_equals_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    logits, labels = random.normal(size=(1001, 12)).astype("float32"), random.integers(0, 12, 1001)
    whole = judged(logits, labels)
    for size in (1, 7, 1000, 1001):
        monkeypatch.setattr(classification, "CHUNK", size)
        pieces = judged(logits, labels)
        for name, values in whole.arrays().items():
            np.testing.assert_array_equal(pieces.arrays()[name], values)
            assert pieces.arrays()[name].dtype == values.dtype
        assert pieces.loss == whole.loss
        assert pieces.calibration_error == whole.calibration_error


def test_memory_is_bounded_by_a_piece_not_by_the_set() -> None:
    """20,000 images of 1,000 classes: 80 MB of logits, of which five copies in double precision would be 800 MB."""
    logits = np.random.default_rng(0).standard_normal((20_000, 1_000), dtype=np.float32)
    labels = np.arange(20_000) % 1_000
    tracemalloc.start()
    try:
        judged(logits, labels)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    piece = CHUNK * 1_000 * 8
    assert peak < min(4.5 * piece, 150e6)


def test_the_figures_are_those_that_it_declares_for_the_part() -> None:
    logits, labels = np.random.default_rng(0).normal(size=(40, 12)), np.arange(40) % 12
    task, seen = tasks.get("classification"), judged(logits, labels)
    validation, test = figures_of(task, seen, "val"), figures_of(task, seen, "test")
    assert validation.items() >= {
        "val_accuracy": seen.accuracy, "val_top5_accuracy": seen.top5_accuracy, "val_loss": seen.loss,
    }.items()  # fmt: skip
    assert test.items() >= {
        "test_accuracy": seen.accuracy, "test_top5_accuracy": seen.top5_accuracy, "test_loss": seen.loss,
        "calibration_error": seen.calibration_error,
    }.items()  # fmt: skip
    assert set(validation) | set(test) == {metric.name for metric in METRICS if metric.compute}
    assert task.selection in {metric.name for metric in METRICS if metric.part == "val"}
    assert {f"train_{name}" for name in task.counted} == {metric.name for metric in METRICS if metric.part == "train"}


def test_the_scores_of_each_image_give_the_figures() -> None:
    """What claims and intervals are computed from has the figure as its mean."""
    logits, labels = np.random.default_rng(0).normal(size=(40, 12)), np.arange(40) % 12
    task, seen = tasks.get("classification"), judged(logits, labels)
    scores, found = task.scores(seen.arrays(), labels, 12), figures_of(task, seen, "test")
    named = [metric for metric in METRICS if metric.score]
    assert {metric.score for metric in named} == set(scores)
    for metric in named:
        assert scores[metric.score or ""].mean() == pytest.approx(found[metric.name])


def test_an_unknown_task_is_refused() -> None:
    assert "classification" in tasks.names()
    with pytest.raises(Refusal, match="Did you mean 'classification'"):
        tasks.get("clasification")


def test_balanced_accuracy_by_hand_and_against_a_library() -> None:
    """Three of four images of class 0 right, one of two of class 2, none of class 1: it does not count."""
    from sklearn.metrics import balanced_accuracy_score

    label, predicted = np.array([0, 0, 0, 0, 2, 2]), np.array([0, 0, 0, 1, 2, 0])
    seen = judged(np.eye(3)[predicted] * 9.0, label)
    assert balanced_accuracy(seen) == pytest.approx((3 / 4 + 1 / 2) / 2)
    random = np.random.default_rng(0)
    label = random.choice(4, 500, p=[0.7, 0.1, 0.1, 0.1])
    logits = random.normal(size=(500, 4))
    seen = judged(logits, label)
    assert balanced_accuracy(seen) == pytest.approx(balanced_accuracy_score(label, logits.argmax(axis=1)))
