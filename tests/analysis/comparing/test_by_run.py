from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from suite.analysis.comparing.by_run import mean_interval, sample_spread, welch_interval
from suite.analysis.statistics.intervals import Spread


def test_a_mean_over_seeds_by_hand() -> None:
    found = mean_interval(np.array([1.0, 2.0, 3.0]))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((2 - 4.302653 / math.sqrt(3), 2 + 4.302653 / math.sqrt(3)))


def test_they_are_scipys() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        first, second = (rng.normal(scale=rng.uniform(0.1, 3), size=rng.integers(2, 9)) for _ in range(2))
        welch, mean = welch_interval(first, second), mean_interval(first)
        assert welch is not None
        assert mean is not None
        theirs = ttest_ind(first, second, equal_var=False)
        assert welch.degrees == pytest.approx(theirs.df)
        assert (welch.low, welch.high) == pytest.approx(tuple(theirs.confidence_interval(0.95)))
        assert (mean.low, mean.high) == pytest.approx(tuple(ttest_1samp(first, 0.0).confidence_interval(0.95)))


def test_a_spread_that_is_unknown_is_not_taken_for_none() -> None:
    equal = np.array([0.1, 0.1, 0.1])
    assert welch_interval(equal, equal + 0.5) is None
    assert welch_interval(equal, np.array([0.5])) is None
    assert mean_interval(equal) is None
    assert mean_interval(np.array([0.1])) is None


def test_values_that_single_precision_does_not_tell_apart_are_equal() -> None:
    nearly = np.array([0.7, np.nextafter(0.7, 1), np.float32(0.7)])
    assert 0 < np.ptp(nearly) < 1e-7
    assert mean_interval(nearly) is None
    assert welch_interval(nearly, nearly + 1e-7) is None
    assert sample_spread(nearly) == Spread(0.0, 2, math.inf)


def test_equal_values_on_one_side_have_the_other_sides_spread() -> None:
    values, equal = np.array([1.0, 2.0, 3.0, 5.0]), np.array([1.0, 1.0, 1.0])
    found = welch_interval(values, equal)
    assert found is not None
    variance = values.var(ddof=1)
    assert found.degrees == pytest.approx(3)  # one variance, known with three degrees, stands twice
    # 3.182446 is Student's quantile for three degrees.
    assert found.high - found.mean == pytest.approx(3.182446 * math.sqrt(variance / 4 + variance / 3))


def test_a_lent_variance_takes_the_place_of_their_own() -> None:
    equal = np.array([0.1, 0.1])
    lent = Spread(0.04, 4, 4)
    mean = mean_interval(equal, spread=lent)
    assert mean is not None
    assert mean.high - mean.mean == pytest.approx(2.776445 * math.sqrt(0.04 / 2))
    both = welch_interval(equal, equal + 0.3, spreads=(lent, lent))
    assert both is not None
    assert both.degrees == 4  # not 8: both squares come from the same pool


def test_intervals_end_where_no_value_can_be() -> None:
    values = np.array([0.01, 0.02, 0.09])
    cut, whole = mean_interval(values, bounds=(0.0, 1.0)), mean_interval(values)
    assert cut is not None
    assert whole is not None
    assert (cut.mean, cut.low, cut.high) == (whole.mean, 0.0, whole.high)
    assert whole.low < 0
    high = mean_interval(1 - values, bounds=(0.0, 1.0))
    assert high is not None
    assert high.high == 1.0
    difference = welch_interval(np.array([0.0, 1.0]), np.array([1.0, 0.9]), bounds=(-1.0, 1.0))
    assert difference is not None
    assert (difference.low, difference.high) == (-1.0, 1.0)
