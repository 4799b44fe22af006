from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from suite.analysis.statistics.agreement import error_consistency, kappa, same_answer


def test_kappa_is_scikit_learns() -> None:
    """200 random cases."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        hard = rng.normal(size=60)
        first, second = (hard + rng.uniform(0.1, 2) * rng.normal(size=60) > -0.5 for _ in range(2))
        assert kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_by_hand() -> None:
    first, second = np.array([[0, 1, 2, 3]]), np.array([[0, 1, 2, 0], [0, 0, 0, 0]])
    assert same_answer(first, second) == pytest.approx((3 / 4 + 1 / 4) / 2)
    assert same_answer(second) == pytest.approx(2 / 4)
    # both half right, always together; and never together
    assert kappa(np.array([1, 1, 0, 0]), np.array([1, 1, 0, 0])) == 1.0
    assert kappa(np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1])) == -1.0


def test_one_run_has_no_pair_and_the_perfect_no_error() -> None:
    assert math.isnan(same_answer(np.array([[1, 2]])))
    assert math.isnan(error_consistency(np.ones((2, 3)), np.ones((1, 3))))
    with pytest.raises(ValueError, match="different test sets: 2 and 3 images"):
        same_answer(np.ones((1, 2)), np.ones((1, 3)))
