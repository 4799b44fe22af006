from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from suite.analysis.statistics.intervals import Spread
from suite.analysis.statistics.lending import lend
from suite.analysis.statistics.prediction import prediction

UNBOUNDED = math.inf


def own(values: np.ndarray) -> Spread:
    return Spread(float(values.var(ddof=1)), len(values) - 1, UNBOUNDED)


def test_three_values_by_hand() -> None:
    """1, 2, 3: mean 2, variance 1; t with two degrees leaves 2.5% above 4.3027; 4.3027 sqrt(4/3) = 4.968275."""
    found = prediction(2.0, 3, Spread(1.0, 2, UNBOUNDED))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((2 - 4.968275, 2 + 4.968275), abs=1e-6)
    assert (found.level, found.seeds) == (0.95, 3)


def test_the_new_value_less_the_mean_is_students_on_200_random_samples() -> None:
    """The two-sample t-test of one value against n, which scipy computes, is at 5% exactly at an interval's end."""
    from scipy.stats import ttest_ind_from_stats

    rng = np.random.default_rng(0)
    for n in rng.integers(2, 12, 200):
        values = rng.normal(3, rng.uniform(0.1, 5), n)
        found = prediction(float(values.mean()), n, own(values))
        assert found is not None
        test = ttest_ind_from_stats(values.mean(), values.std(ddof=1), n, found.high, 0.0, 1)
        assert test.pvalue == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_it_holds_the_next_value_as_often_as_it_says(n: int) -> None:
    rng, inside, times = np.random.default_rng(n), 0, 4000
    for _ in range(times):
        *values, new = rng.normal(0.9, 0.01, n + 1)
        found = prediction(float(np.mean(values)), n, own(np.array(values)))
        assert found is not None
        inside += found.low <= new <= found.high
    assert inside / times == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / times))


def test_lent_spreads_hold_as_often_and_are_narrower() -> None:
    rng, inside, times, widths = np.random.default_rng(1), 0, 1500, list[float]()
    for _ in range(times):
        rows, new = rng.normal(0.9, 0.01, (5, 3)), rng.normal(0.9, 0.01)
        spreads = lend([own(row) for row in rows])
        found = prediction(float(rows[0].mean()), 3, spreads[0])
        assert found is not None
        inside += found.low <= new <= found.high
        widths.append(found.high - found.low)
    assert inside / times == pytest.approx(0.95, abs=0.02)
    exact = 2 * t.ppf(0.975, 2) * 0.01 * math.sqrt(4 / 3)
    assert float(np.median(widths)) < 0.7 * exact


def test_a_lent_spread_is_no_less_than_the_rows_own() -> None:
    wide = prediction(0.5, 3, Spread(1e-4, 10, 10, own=1e-2))
    assert wide == prediction(0.5, 3, Spread(1e-2, 10, 10))


def test_it_is_scaled_and_cut_at_what_is_possible() -> None:
    assert prediction(0.5, 3, Spread(4.0, 2, UNBOUNDED), scale=0.25) == prediction(0.5, 3, Spread(1.0, 2, UNBOUNDED))
    found = prediction(0.99, 3, Spread(1.0, 2, UNBOUNDED), bounds=(0.0, 1.0))
    assert found is not None
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize("spread", [Spread(0.0, 2, UNBOUNDED), Spread(0.0, 0, UNBOUNDED)])
def test_a_spread_that_is_unknown_gives_no_interval(spread: Spread) -> None:
    assert prediction(0.9, 3, spread) is None
