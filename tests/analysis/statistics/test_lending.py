from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import polygamma
from scipy.stats import bartlett, t

from suite.analysis.statistics.intervals import Spread, summed
from suite.analysis.statistics.lending import lend, prior_degrees


def own(squares: list[float], degrees: float = 2) -> list[Spread]:
    return [Spread(square, degrees, math.inf) for square in squares]


def test_squares_that_differ_no_more_than_chance_are_pooled() -> None:
    squares = [1.0, 1.5, 0.8]
    assert lend(own(squares)) == [Spread(pytest.approx(1.1), 6, 6, square) for square in squares]
    uneven = lend([Spread(1.0, 2, math.inf), Spread(2.0, 4, math.inf)])
    assert [spread.square for spread in uneven] == pytest.approx([10 / 6, 10 / 6])


def test_the_weight_solves_smyths_equation() -> None:
    squares = np.array([0.01, 1.0, 80.0, 3.0])
    degrees = np.full(4, 4.0)
    weight = prior_degrees(squares, degrees)
    # With equal degrees the variance of the log squares is what trigamma must make up; trigamma(2) = pi**2/6 - 1.
    assert polygamma(1, weight / 2) == pytest.approx(np.log(squares).var(ddof=1) - (math.pi**2 / 6 - 1))
    for before, after in zip(own(list(squares), 4), lend(own(list(squares), 4)), strict=True):
        assert after.square == pytest.approx((weight * squares.mean() + 4 * before.square) / (weight + 4))
        assert after.degrees == pytest.approx(weight + 4)
        assert after.pool == 16


def test_the_weight_is_that_of_the_prior_which_the_variances_were_drawn_from() -> None:
    """True variances are d0 s0² over a chi-square of d0 degrees: Smyth's model; 4,000 candidates tell d0."""
    rng = np.random.default_rng(2)
    for truth in (3.0, 12.0):
        variances = truth / rng.chisquare(truth, 4000)
        squares = variances * rng.chisquare(4, 4000) / 4
        assert prior_degrees(squares, np.full(4000, 4.0)) == pytest.approx(truth, rel=0.15)


def test_no_more_degrees_than_all_have() -> None:
    found = lend(own([1.0, 9.0], 20))
    assert 1.0 < found[0].square < found[1].square < 9.0
    assert found[0].degrees <= 40
    assert bartlett(*(math.sqrt(v) * np.array([-1.0, 1.0] * 10) for v in (1.0, 9.0))).pvalue < 0.001


def test_equal_values_lend_nothing_and_take_what_the_others_have() -> None:
    found = lend([*own([0.0]), *own([2.0, 3.0])])
    assert found[0] == Spread(pytest.approx(2.5), 4, 4, 0.0)
    assert lend([*own([0.0]), *own([2.0])]) == [Spread(2.0, 2, 2, 0.0), Spread(2.0, 2, 2, 2.0)]
    nobody = own([0.0, 0.0])
    assert lend(nobody) == nobody


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("candidates", [2, 5])
@pytest.mark.parametrize("factor", [0.0, 0.5])
def test_coverage_where_seeds_are_all_that_varies(seeds: int, candidates: int, factor: float) -> None:
    """Of a difference of two candidates: 95% where all spread alike, 93% and more where they differ log-normally."""
    rng = np.random.default_rng(3)
    held, studies = 0, 1500
    for _ in range(studies):
        deviations = np.exp(factor * rng.normal(size=candidates))
        values = deviations[:, None] * rng.normal(size=(candidates, seeds))
        first, second, *_ = lend(own(list(values.var(axis=1, ddof=1)), seeds - 1))
        value, degrees = summed([1 / seeds] * 2, [first, second])
        half = t.ppf(0.975, degrees) * math.sqrt(value)
        held += abs(values[0].mean() - values[1].mean()) <= half
    assert 0.93 - 3 * 0.0066 <= held / studies <= 0.97
