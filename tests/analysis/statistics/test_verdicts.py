from __future__ import annotations

import pytest

from suite.analysis.statistics import verdicts
from suite.analysis.statistics.intervals import Interval
from suite.analysis.statistics.verdicts import CONTRADICTED, SUPPORTED, UNDECIDED


def interval(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, 10.0, (3, 3), 100)


@pytest.mark.parametrize(
    ("low", "high", "margin", "verdict"),
    [
        (0.01, 0.03, 0.0, SUPPORTED),
        (-0.03, -0.01, 0.0, CONTRADICTED),
        (-0.01, 0.03, 0.0, UNDECIDED),
        (0.01, 0.03, 0.02, UNDECIDED),
        (0.01, 0.03, 0.04, CONTRADICTED),  # better, but by less than was claimed
        (0.0, 0.03, 0.0, UNDECIDED),
    ],
)
def test_better_needs_the_whole_interval(low: float, high: float, margin: float, verdict: str) -> None:
    assert verdicts.better(interval(low, high), margin) == verdict


@pytest.mark.parametrize(
    ("low", "high", "at_least", "equal"),
    [
        (-0.01, 0.01, SUPPORTED, SUPPORTED),
        (-0.01, 0.03, SUPPORTED, UNDECIDED),
        (0.03, 0.05, SUPPORTED, CONTRADICTED),
        (-0.03, 0.01, UNDECIDED, UNDECIDED),
        (-0.05, -0.03, CONTRADICTED, CONTRADICTED),
        (-0.02, 0.02, UNDECIDED, UNDECIDED),  # the margin itself is not within it
    ],
)
def test_within_a_margin_of_two_points(low: float, high: float, at_least: str, equal: str) -> None:
    assert verdicts.at_least(interval(low, high), 0.02) == at_least
    assert verdicts.equal(interval(low, high), 0.02) == equal


def test_a_rise_needs_every_step_and_one_fall_ends_it() -> None:
    up, flat, down = interval(0.01, 0.03), interval(-0.01, 0.01), interval(-0.03, -0.01)
    slightly_down = interval(-0.02, -0.001)
    assert verdicts.growing([up, up], [up, up], 0.0) == SUPPORTED
    assert verdicts.growing([up, flat], [up, flat], 0.0) == UNDECIDED
    assert verdicts.growing([up, down], [up, down], 0.0) == CONTRADICTED
    # A fall that one comparison would show, and the corrected one does not.
    assert verdicts.growing([up, slightly_down], [up, interval(-0.025, 0.001)], 0.0) == UNDECIDED


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (SUPPORTED, SUPPORTED, SUPPORTED),
        (SUPPORTED, UNDECIDED, UNDECIDED),
        (UNDECIDED, CONTRADICTED, CONTRADICTED),
        (CONTRADICTED, SUPPORTED, CONTRADICTED),
    ],
)
def test_both_parts(first: str, second: str, verdict: str) -> None:
    assert verdicts.both(first, second) == verdict


def test_how_far_a_claim_is_from_where_it_turns() -> None:
    measured = interval(0.0, 0.02)
    assert verdicts.room("better", measured, 0.004) == pytest.approx(0.006)
    assert verdicts.room("at_least", measured, 0.004) == pytest.approx(0.014)
    assert verdicts.room("equal", measured, 0.004) == pytest.approx(0.006)
