from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from suite.analysis.statistics.folds import over_folds


def test_the_corrected_interval_by_hand() -> None:
    """Five folds of 1/5: the variance times 1/5 + 1/4, instead of 1/5 alone."""
    values = np.array([0.80, 0.82, 0.84, 0.86, 0.88])
    found = over_folds(values, folds=5)
    assert found.mean == pytest.approx(0.84)
    assert found.degrees == 4
    assert found.error == pytest.approx(math.sqrt((1 / 5 + 1 / 4) * 0.001))
    low, high = found.interval() or (0.0, 0.0)
    assert (high - low) / 2 == pytest.approx(t.ppf(0.975, 4) * found.error)


def test_fewer_folds_than_there_are_make_it_wider_and_equal_ones_unknown() -> None:
    values = np.array([0.80, 0.84, 0.88])
    assert over_folds(values, folds=3).error == pytest.approx(math.sqrt((1 / 3 + 1 / 2) * 0.0016))
    assert over_folds(values, folds=10).error == pytest.approx(math.sqrt((1 / 3 + 1 / 9) * 0.0016))
    assert over_folds(np.full(5, 0.9), folds=5).interval() is None


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.6, 0.7]])
def test_a_fold_has_one_value(values: list[float]) -> None:
    with pytest.raises(ValueError, match="values of 2 folds"):
        over_folds(np.array(values), folds=2)


@pytest.mark.parametrize("shift", [0.0, 0.6])
def test_it_holds_the_true_error_as_often_as_it_says(shift: float) -> None:
    """Nearest means of two normal classes, 60 examples, 5 folds: Student's own interval of the folds falls short."""
    rng, true, own, hits, rounds = np.random.default_rng(3), [], 0, 0, 400
    draws = [_folds(rng, shift) for _ in range(rounds)]
    true_error = float(np.mean([error for _, error in draws]))
    for folds, error in draws:
        true.append(error)
        low, high = over_folds(folds, 5).interval() or (true_error, true_error)
        hits += low <= true_error <= high
        half = t.ppf(0.975, 4) * folds.std(ddof=1) / math.sqrt(5)
        own += abs(folds.mean() - true_error) <= half
    assert hits / rounds >= 0.94
    assert hits >= own


def _folds(rng: np.random.Generator, shift: float) -> tuple[np.ndarray, float]:
    """The errors of five folds, and the error on 500 fresh examples of networks trained on four fifths."""
    labels = np.arange(60) % 2
    images = rng.normal(size=(60, 8)) + shift * labels[:, None]
    fresh_labels = np.arange(500) % 2
    fresh = rng.normal(size=(500, 8)) + shift * fresh_labels[:, None]
    parts, errors, outside = rng.permutation(60).reshape(5, 12), [], []
    for part in parts:
        rest = np.setdiff1d(np.arange(60), part)
        means = np.stack([images[rest][labels[rest] == name].mean(axis=0) for name in (0, 1)])
        errors.append(float((_nearest(images[part], means) != labels[part]).mean()))
        outside.append(float((_nearest(fresh, means) != fresh_labels).mean()))
    return np.array(errors), float(np.mean(outside))


def _nearest(images: np.ndarray, means: np.ndarray) -> np.ndarray:
    return np.linalg.norm(images[:, None] - means[None], axis=2).argmin(axis=1)
