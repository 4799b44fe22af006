"""What the intervals promise, on fabricated studies with the suite's own functions: half a minute of numpy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from suite.analysis.comparing.differences import first_against_rest, leaves_out_zero
from suite.analysis.statistics.intervals import (
    GROWTH,
    Spread,
    contrast,
    difference_interval,
    mean_squares,
    own_spread,
    quantile,
)
from suite.analysis.statistics.lending import lend
from tests.analysis.simulated import REGIMES, accuracy, draw

IMAGES = 500
SKILL = 1.0


def lent(tables: list[NDArray[np.bool_]]) -> list[Spread | None]:
    return list(lend([own_spread(mean_squares(table)) for table in tables]))


def best_first(tables: list[NDArray[np.bool_]]) -> list[NDArray[np.bool_]]:
    return sorted(tables, key=lambda table: -table.mean())


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("regime", REGIMES)
def test_at_most_one_table_of_twenty_decides_between_equals(regime: str, seeds: int) -> None:
    """Of five equals the best of the day against the rest; 1,000 tables have a standard error of 0.7 points."""
    rng, wrong, studies = np.random.default_rng([1, seeds]), 0, 1000
    for _ in range(studies):
        tables = best_first(draw(rng, np.full(5, SKILL), seeds, IMAGES, REGIMES[regime]))
        wrong += any(leaves_out_zero(interval) for interval in first_against_rest(tables, lent(tables)))
    print(f"false tables {regime} {seeds}: {wrong / studies:.3f}")
    assert wrong / studies <= 0.05 + 2 * 0.007


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.1, 0.3, 1.0])
def test_nor_where_some_are_truly_behind(gap: float) -> None:
    """Two equals before three equals: a false difference is one among equals, or a lead of one that is behind."""
    rng, wrong, studies = np.random.default_rng([2, int(10 * gap)]), 0, 1000
    skills = np.array([SKILL + gap] * 2 + [SKILL] * 3)
    for _ in range(studies):
        tables = draw(rng, skills, 3, IMAGES, REGIMES["both"])
        order = sorted(range(5), key=lambda place: -tables[place].mean())
        found = first_against_rest([tables[place] for place in order], lent([tables[place] for place in order]))
        wrong += any(
            leaves_out_zero(interval) and skills[order[0]] <= skills[place]
            for place, interval in zip(order[1:], found, strict=True)
        )
    print(f"false tables, gap {gap}: {wrong / studies:.3f}")
    assert wrong / studies <= 0.05 + 2 * 0.007


@pytest.mark.slow
@pytest.mark.parametrize("lending", [True, False])
@pytest.mark.parametrize("candidates", [2, 5])
@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("regime", REGIMES)
def test_coverage_of_a_difference(regime: str, seeds: int, candidates: int, lending: bool) -> None:
    """Of a planned comparison of two, one of them truly better; 1,500 studies have a standard error of 0.6 points."""
    rng, held, studies = np.random.default_rng([3, seeds, candidates]), 0, 1500
    spread, skills = REGIMES[regime], np.full(candidates, SKILL)
    skills[0] += 0.1
    truth, widths = accuracy(SKILL + 0.1, spread) - accuracy(SKILL, spread), []
    for _ in range(studies):
        tables = draw(rng, skills, seeds, IMAGES, spread)
        spreads = lent(tables) if lending else [None] * candidates
        interval = difference_interval(tables[0], tables[1], spreads=spreads[:2])
        held += interval.low <= truth <= interval.high
        widths.append(interval.high - interval.low)
    print(f"coverage {regime} {seeds} {candidates} {lending}: {held / studies:.3f} width {np.median(widths):.4f}")
    assert 0.93 - 3 * 0.006 <= held / studies <= 0.985


@pytest.mark.slow
def test_coverage_where_one_candidate_spreads_five_times_as_much_as_another() -> None:
    """The worst case of lending: fixed spreads, those of the pair among the extremes."""
    rng, studies = np.random.default_rng(4), 1500
    spreads = 0.1 * np.array([0.4, 2.0, 1.0, 0.6, 1.6])
    truth = accuracy(SKILL, spreads[0]) - accuracy(SKILL, spreads[1])
    held = {True: 0, False: 0}
    for _ in range(studies):
        tables = draw(rng, np.full(5, SKILL), 3, IMAGES, spreads)
        for lending in held:
            used = lent(tables)[:2] if lending else (None, None)
            interval = difference_interval(tables[0], tables[1], spreads=used)
            held[lending] += interval.low <= truth <= interval.high
    print(f"unequal spreads: lent {held[True] / studies:.3f}, own {held[False] / studies:.3f}")
    assert held[True] / studies >= 0.90
    assert held[False] / studies >= 0.92


@pytest.mark.slow
def test_power_where_seeds_are_all_that_varies() -> None:
    """Three standard deviations of a seed apart, three seeds each, five candidates: the exact t-test decides
    62% with the four degrees of its own six seeds; lent spreads decide at least 75%."""
    rng, studies, spread = np.random.default_rng(5), 600, 0.3
    skills = np.array([SKILL + 3 * spread, SKILL, SKILL, SKILL, SKILL])
    decided = {True: 0, False: 0}
    for _ in range(studies):
        tables = draw(rng, skills, 3, 2000, spread)
        for lending in decided:
            used = lent(tables)[:2] if lending else (None, None)
            decided[lending] += leaves_out_zero(difference_interval(tables[0], tables[1], spreads=used))
    print(f"power: lent {decided[True] / studies:.3f}, own {decided[False] / studies:.3f}")
    assert decided[True] / studies >= 0.75
    assert decided[True] > decided[False]


@pytest.mark.slow
@pytest.mark.parametrize("lending", [True, False])
@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("regime", REGIMES)
def test_coverage_of_a_gap_that_grows(regime: str, seeds: int, lending: bool) -> None:
    """The lead grows from pair to pair as skills do; 1,500 studies have a standard error of 0.6 points."""
    rng, held, studies = np.random.default_rng([5, seeds]), 0, 1500
    spread, skills = REGIMES[regime], np.array([SKILL + 0.4, SKILL, SKILL + 0.1, SKILL])
    truth = sum(sign * accuracy(skill, spread) for sign, skill in zip(GROWTH, skills, strict=True))
    for _ in range(studies):
        tables = draw(rng, skills, seeds, IMAGES, spread)
        found = contrast(tables, GROWTH, lent(tables) if lending else [None] * 4)
        interval = found.interval(quantile(0.95, found.degrees))
        held += interval.low <= truth <= interval.high
    print(f"coverage of a growing gap {regime} {seeds} {lending}: {held / studies:.3f}")
    assert 0.93 - 3 * 0.006 <= held / studies <= 0.99
