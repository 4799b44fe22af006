from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, multivariate_t

from suite.analysis.statistics.intervals import Spread, difference
from suite.analysis.statistics.multiple import range_quantile
from suite.analysis.statistics.ordering import against_all, best, rank_intervals, together
from tests.analysis.simulated import REGIMES, draw


def covariance_of(rng: np.random.Generator, count: int) -> np.ndarray:
    root = rng.normal(size=(count, count))
    return root @ root.T + 0.05 * np.eye(count)


def by_integration(means: np.ndarray, covariance: np.ndarray, degrees: float, place: int) -> float:
    """P(place is the largest) as scipy integrates it: all of its differences to the others above zero."""
    others = [other for other in range(len(means)) if other != place]
    signs = np.zeros((len(others), len(means)))
    signs[range(len(others)), others], signs[:, place] = 1.0, -1.0
    centre, spread = signs @ means, signs @ covariance @ signs.T
    if math.isinf(degrees):
        return float(multivariate_normal(centre, spread, seed=1).cdf(np.zeros(len(others))))
    return float(multivariate_t(centre, spread, df=degrees, seed=1).cdf(np.zeros(len(others))))


@pytest.mark.parametrize("known", [True, False])
def test_the_probability_of_being_best_is_that_of_scipys_integral(known: bool) -> None:
    """100 random cases with a known variance, and 100 with an estimated one."""
    rng = np.random.default_rng(1)
    for _ in range(100):
        count = int(rng.integers(2, 6))
        means, covariance = 1.5 * rng.normal(size=count), covariance_of(rng, count)
        degrees = math.inf if known else float(rng.uniform(2, 40))
        found, place = best(means, covariance, degrees), int(rng.integers(count))
        assert found.sum() == pytest.approx(1.0)
        assert found[place] == pytest.approx(by_integration(means, covariance, degrees, place), abs=0.008)


def test_equals_share_and_the_certain_is_certain() -> None:
    assert best(np.zeros(4), np.eye(4)) == pytest.approx([0.25] * 4, abs=0.003)
    assert best(np.array([0.7, 0.7]), np.zeros((2, 2))) == pytest.approx([0.5, 0.5], abs=0.003)
    assert best(np.array([0.9, 0.1]), 1e-6 * np.eye(2)) == pytest.approx([1.0, 0.0])
    assert best(np.array([0.3]), np.eye(1)) == pytest.approx([1.0])


def test_what_all_find_hard_does_not_blur_the_order() -> None:
    shared = 0.01 * np.ones((2, 2)) + 0.0001 * np.eye(2)
    assert best(np.array([0.73, 0.70]), shared)[0] > 0.97 > best(np.array([0.73, 0.70]), 0.0101 * np.eye(2))[0]


def test_the_covariance_is_that_of_the_differences() -> None:
    """On 50 random studies: Var(a - b) = Cov(a, a) + Cov(b, b) - 2 Cov(a, b), with own spreads and with lent ones."""
    rng = np.random.default_rng(2)
    for number in range(50):
        tables = draw(rng, rng.normal(0.8, 0.2, size=3), int(rng.integers(1, 5)), 120, REGIMES["both"])
        spread = Spread(0.4, 9.0, 12.0) if number % 2 and len(tables[0]) > 1 else None
        found = together(tables, [spread] * 3)
        assert found.means == pytest.approx([table.mean() for table in tables])
        for (a, b), pair in found.pairs.items():
            assert pair == difference(tables[a], tables[b], (spread, spread))
            parts = found.covariance[a, a] + found.covariance[b, b] - 2 * found.covariance[a, b]
            assert parts == pytest.approx(pair.variance)


def test_ranks_count_decided_pairs() -> None:
    # Two that are not told apart, ahead of a third; a fourth about which nothing is known.
    better = np.zeros((4, 4), dtype=bool)
    better[0, 2] = better[1, 2] = True
    assert rank_intervals(better) == [(1, 3), (1, 3), (3, 4), (1, 4)]
    assert rank_intervals(np.zeros((1, 1), dtype=bool)) == [(1, 1)]


def test_a_pair_among_many_is_asked_for_more_than_one_alone() -> None:
    tables = draw(np.random.default_rng(3), np.array([1.0, 0.8, 0.8]), 3, 200, REGIMES["both"])
    pair = together(tables, [None] * 3).pairs[0, 1]
    among = against_all(pair, 3)
    assert among.high - among.mean == pytest.approx(
        max(pair.least, range_quantile(3, pair.together) / math.sqrt(2) * math.sqrt(pair.variance))
    )
    assert among.high > difference(tables[0], tables[1]).interval(1.96).high


def test_other_images_are_refused() -> None:
    with pytest.raises(ValueError, match=r"on the same images, not on \[4, 5\]"):
        together([np.ones((2, 4)), np.ones((2, 5))], [None, None])
    with pytest.raises(ValueError, match="2 means with a covariance of shape"):
        best(np.zeros(2), np.eye(3))


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_all_ranks_of_a_table_hold_together(regime: str) -> None:
    """Two equals ahead of three equals: true ranks 1 to 2 and 3 to 5. 600 tables: a standard error of 0.9 points."""
    from suite.analysis.comparing.ordering import decided
    from suite.analysis.statistics.intervals import mean_squares, own_spread
    from suite.analysis.statistics.lending import lend

    rng, held, studies = np.random.default_rng(4), 0, 600
    truth = [(1, 2)] * 2 + [(3, 5)] * 3
    for _ in range(studies):
        tables = draw(rng, np.array([1.2, 1.2, 1.0, 1.0, 1.0]), 3, 500, REGIMES[regime])
        found = together(tables, list(lend([own_spread(mean_squares(table)) for table in tables])))
        ranks = rank_intervals(decided(found, tables, None))
        held += all(low <= a and b <= high for (low, high), (a, b) in zip(ranks, truth, strict=True))
    print(f"rank intervals {regime}: {held / studies:.3f}")
    assert held / studies >= 0.95 - 2 * 0.009
