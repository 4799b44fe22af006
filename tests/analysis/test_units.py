from __future__ import annotations

import pandas as pd
import pytest

from suite.analysis.units import (
    MISSING,
    chance,
    duration,
    milliseconds,
    missing,
    percent,
    points,
    scaled,
    signed,
    whole,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 s"), (41.26, "41.3 s"), (750, "12.5 min"), (11160, "3.1 h"), (float("nan"), "–")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(40.55e6, "40.5 M"), (4.09e9, "4.09 G"), (650_000, "650 k"), (12, "12")])
def test_multiply_adds(value: float, text: str) -> None:
    assert scaled(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00123456, "1.23 ms"), (0.99951, "1,000 ms"), (1.2345, "1,230 ms"), (12.345, "12,300 ms"), (None, MISSING)],
)
def test_milliseconds_have_no_powers_of_ten(seconds: float | None, text: str) -> None:
    assert milliseconds(seconds) == text


def test_signs_and_thousands() -> None:
    assert percent(0.08754) == "8.75"
    assert (points(-0.031), points(0.031)) == ("−3.10", "+3.10")
    assert (signed(-0.61234), signed(2.0)) == ("−0.6123", "+2")
    assert whole(25557032.0) == "25,557,032"


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA])
def test_nothing_is_a_dash(nothing: object) -> None:
    assert missing(nothing)
    assert whole(nothing) == duration(nothing) == scaled(nothing) == MISSING
    assert not missing(0)


def test_p_values_have_two_digits() -> None:
    assert [chance(value) for value in (0.0123, 0.5, 0.00003, None)] == ["0.012", "0.5", "<0.0001", MISSING]
