from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from suite.analysis.statistics.tuning import expected_best, expected_best_of_all


def test_they_are_the_means_over_all_draws() -> None:
    """200 random cases, with ties, against every draw written out."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        scores = list(rng.integers(0, 6, size=int(rng.integers(1, 6))) / 5)
        with_repetition, without = expected_best(scores), expected_best_of_all(scores)
        for number in range(1, len(scores) + 1):
            assert with_repetition[number - 1] == pytest.approx(np.mean(list(map(max, product(scores, repeat=number)))))
            assert without[number - 1] == pytest.approx(np.mean(list(map(max, combinations(scores, number)))))


def test_one_trial_has_the_mean_and_all_have_the_maximum() -> None:
    scores = [0.3, 0.9, 0.6]
    assert expected_best(scores)[0] == pytest.approx(0.6)
    assert expected_best_of_all(scores)[[0, -1]] == pytest.approx([0.6, 0.9])
    # 0.9 in 19 of 27 triples, 0.6 in 7, 0.3 in 1
    assert expected_best(scores)[-1] == pytest.approx((19 * 0.9 + 7 * 0.6 + 0.3) / 27)


def test_many_trials_cost_no_precision() -> None:
    scores = np.random.default_rng(2).uniform(size=200)
    with_repetition, without = expected_best(scores), expected_best_of_all(scores)
    assert (np.diff(with_repetition) > 0).all()
    assert (with_repetition <= without + 1e-9).all()
    assert without[-1] == pytest.approx(scores.max())
    # of uniform numbers the best of n has the mean n / (n + 1)
    assert without[9] == pytest.approx(10 / 11, abs=0.03)


def test_without_a_score_there_is_no_best() -> None:
    with pytest.raises(ValueError, match="the best of no score"):
        expected_best([])
