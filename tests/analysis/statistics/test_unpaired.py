from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from suite.analysis.statistics.intervals import Spread, difference_interval
from suite.analysis.statistics.unpaired import unpaired_interval
from tests.analysis.simulated import accuracy, draw


def test_with_one_seed_it_is_welchs_interval() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        sizes = rng.integers(40, 400, 2)
        first, second = (rng.random((1, n)) < p for n, p in zip(sizes, (0.8, 0.6), strict=True))
        theirs = ttest_ind(first[0], second[0], equal_var=False).confidence_interval(0.95)
        ours = unpaired_interval(first, second)
        assert (ours.low, ours.high) == (pytest.approx(theirs.low), pytest.approx(theirs.high))
        assert ours.images_only


def test_it_holds_the_true_difference() -> None:
    rng, held, studies = np.random.default_rng(1), 0, 400
    for _ in range(studies):
        (first,) = draw(rng, np.array([1.0]), 3, 300, 0.06)
        (second,) = draw(rng, np.array([0.7]), 3, 200, 0.06)
        interval = unpaired_interval(first, second)
        held += interval.low <= accuracy(1.0, 0.06) - accuracy(0.7, 0.06) <= interval.high
    assert 0.925 <= held / studies <= 0.985


def test_it_is_wider_than_the_paired_one_where_images_are_hard_for_both() -> None:
    first, second = draw(np.random.default_rng(2), np.array([1.0, 0.9]), 3, 500, 0.02)
    apart, paired = unpaired_interval(first, second), difference_interval(first, second)
    assert apart.mean == pytest.approx(paired.mean)
    assert apart.high - apart.low > 1.2 * (paired.high - paired.low)


def test_perfect_tests_leave_something_open() -> None:
    interval = unpaired_interval(np.ones((2, 100)), np.ones((2, 50)))
    assert interval.low < -0.05
    assert interval.high > 0.05
    assert interval.images_only
    assert interval.images == 50


def test_a_lent_spread_counts() -> None:
    first, second = draw(np.random.default_rng(3), np.array([1.0, 0.9]), 3, 500, 0.02)
    wide = Spread(50.0, 8, 8)
    assert unpaired_interval(first, second, spreads=(wide, wide)).high > unpaired_interval(first, second).high


def test_an_empty_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="seeds, images"):
        unpaired_interval(np.ones((0, 5)), np.ones((1, 5)))
