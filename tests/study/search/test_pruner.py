from __future__ import annotations

import pytest

from suite.study.search.pruner import DESCRIPTION, GainPruner, rungs

NOISY = [{2: 0.50, 4: 0.70}, {2: 0.52, 4: 0.70}, {2: 0.50, 4: 0.72}]  # gains 0.20, 0.18, 0.22


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [(1, set()), (2, set()), (3, {2}), (4, {2, 3}), (5, {2, 3, 4}), (12, {4, 6, 9}), (30, {10, 15, 23})],
)
def test_rungs(epochs: int, expected: set[int]) -> None:
    assert rungs(epochs) == expected


def test_the_allowance_by_hand() -> None:
    """Mean gain 0.2, deviation 0.02; t at 1 - 0.02/3 with 2 degrees of freedom is 8.573; times sqrt(2 + 1/3)."""
    stops_below = 0.72 - 0.2 - 8.573 * 0.02 * (7 / 3) ** 0.5
    assert GainPruner(4)(2, stops_below - 1e-4, NOISY)
    assert not GainPruner(4)(2, stops_below + 1e-4, NOISY)


def test_the_better_half_always_goes_on() -> None:
    """Even where all gains are the same, so that there is no doubt at all."""
    alike = [{2: 0.1, 4: 0.2}, {2: 0.2, 4: 0.3}, {2: 0.5, 4: 0.6}]
    assert not GainPruner(4)(2, 0.2, alike)
    assert GainPruner(4)(2, 0.19, alike)


@pytest.mark.parametrize(
    "earlier",
    [
        NOISY[:2],
        [*NOISY[:2], {2: 0.5}],  # stopped or failed before its end
        [*NOISY[:2], {2: 0.5, 4: float("nan")}],
    ],
)
def test_fewer_than_three_known_rivals_stop_nobody(earlier: list[dict[int, float]]) -> None:
    assert not GainPruner(4)(2, 0.0, earlier)


def test_a_value_that_is_no_number_and_an_epoch_between_rungs_stop_nothing() -> None:
    assert not GainPruner(4)(2, float("nan"), NOISY)
    assert not GainPruner(4)(1, 0.0, [{1: 0.5, **curve} for curve in NOISY])


def test_the_description_is_one_sentence_with_the_rule_s_numbers() -> None:
    assert DESCRIPTION.count(". ") == 0
    assert DESCRIPTION.endswith(".")
    assert "3 others have trained" in DESCRIPTION
