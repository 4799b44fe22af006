from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import studentized_range, t, tukey_hsd

from suite.analysis.statistics.multiple import behind, range_below, range_quantile


@pytest.mark.parametrize(("count", "degrees"), [(2, 1.0), (3, 2.0), (5, 8.3), (10, 4.0), (20, 38.0), (5, 300.0)])
def test_the_range_is_scipys(count: int, degrees: float) -> None:
    assert studentized_range.cdf(range_quantile(count, degrees), count, degrees) == pytest.approx(0.95, abs=1e-5)


def test_the_range_of_two_is_students() -> None:
    for degrees in (1.0, 3.0, 47.0):
        assert range_quantile(2, degrees) / math.sqrt(2) == pytest.approx(t.ppf(0.975, degrees))
    # Known deviation: 1.959964 and, of five means, the tables' 3.858.
    assert range_quantile(2, math.inf) / math.sqrt(2) == pytest.approx(1.959964, abs=1e-6)
    assert range_quantile(5, 1e9) == pytest.approx(3.858, abs=5e-4)


def test_degrees_are_rounded_down() -> None:
    assert range_quantile(4, 12.3499) == range_quantile(4, 12.3)
    assert range_quantile(4, 12.3) > range_quantile(4, 12.4)
    assert range_below(range_quantile(4, 0.5), 4, 0.5) == pytest.approx(0.95, abs=1e-4)


def test_all_that_is_open_is_held_against_all_that_is_open() -> None:
    five, four, three = (range_quantile(count, 20) / math.sqrt(2) for count in (5, 4, 3))
    decided, asked = behind([0.1, five + 0.1, three - 0.1, four + 0.1], [20] * 4)
    assert decided == [False, True, False, True]
    assert asked == pytest.approx([three, five, three, four])


def test_a_smaller_ratio_that_is_known_better_may_pass_first() -> None:
    # Three degrees ask for 4.2 standard errors of three candidates, 200 for 2.4.
    decided, asked = behind([3.0, 2.9], [3, 200])
    assert decided == [False, True]
    assert asked == pytest.approx([t.ppf(0.975, 3), range_quantile(3, 200) / math.sqrt(2)])


def test_a_clear_one_behind_an_open_one_stays_open() -> None:
    # The first in line fails against five; the others would pass as pairs, and are not asked.
    pair = range_quantile(2, 20) / math.sqrt(2)
    assert behind([pair + 0.1, pair + 0.2, 0.3, 0.2], [20] * 4)[0] == [False] * 4


def test_one_pair_is_one_comparison() -> None:
    decided, asked = behind([2.1], [20])
    assert decided == [True]
    assert asked == pytest.approx([t.ppf(0.975, 20)])
    assert behind([], []) == ([], [])


@pytest.mark.slow
def test_the_farthest_is_decided_as_tukeys_test_decides_it() -> None:
    rng = np.random.default_rng(5)
    agreed = set()
    for _ in range(60):
        groups = rng.normal(size=(4, 6)) + rng.normal(scale=0.7, size=(4, 1))
        groups = groups[np.argsort(-groups.mean(axis=1))]
        deviation = math.sqrt(groups.var(axis=1, ddof=1).mean() * 2 / 6)
        ratios = (groups[0].mean() - groups[1:].mean(axis=1)) / deviation
        theirs = bool(tukey_hsd(*groups).pvalue[0, 3] < 0.05)
        assert behind(list(ratios), [20] * 3)[0][2] == theirs
        agreed.add(theirs)
    assert agreed == {True, False}


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="two means"):
        range_quantile(1, 5)
    with pytest.raises(ValueError, match="2 differences with 1"):
        behind([1.0, 2.0], [3.0])
