"""Costs from rounds whose times are given here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from suite.core.directories import RunKey
from suite.study.rounds import REPEATS, Round, Rounds, cost_of, line
from tests.study.made_up import made_up

KEY = RunKey("lenet5", "tuned", "final", 0)


def a_round(images: int, beside: float = 0.5, hiccup: float = 0.0, speed: float = 1000.0) -> Round:
    """A round of one epoch in which training takes 0.2 s and judging 0.1 s however few the images are."""
    training, judging = 0.2 + images / speed + hiccup, 0.1 + images / (3 * speed)
    result = made_up(
        KEY, device_seconds=training, eval_seconds=judging, images_per_second=images / training,
        checkpoint_seconds=0.06, epochs=1, device="a processor (2 cores)",
    )  # fmt: skip
    return Round(result, training + judging + beside, images, images)


def rounds(*over: Round) -> Rounds:
    unused: Any = None
    return Rounds(unused, unused, unused, Path(), 1.0, list(over), _repeats=len(over) - 2)


def test_what_a_call_takes_is_no_part_of_the_speed() -> None:
    cost, result = cost_of([rounds(a_round(64, beside=7.5), a_round(64), *[a_round(2000)] * REPEATS)])
    assert cost.images_per_second == pytest.approx(1000)
    assert cost.judged_per_second == pytest.approx(3000)
    assert cost.tracing_seconds == pytest.approx(7.0)
    assert cost.run_seconds == pytest.approx(0.5 - 0.03 + 0.2 + 0.1)
    assert cost.epoch_seconds == pytest.approx(0.06 / 2), "one commit of the epoch, one writing of the end"
    assert result.images_per_second == cost.images_per_second


def test_one_hiccup_of_the_machine_changes_little() -> None:
    quiet, _ = cost_of([rounds(a_round(64), a_round(64), a_round(2000), a_round(2000), a_round(2000))])
    cost, _ = cost_of([rounds(a_round(64), a_round(64), a_round(2000), a_round(2000, hiccup=30.0), a_round(2000))])
    assert cost == quiet


def test_all_workers_count() -> None:
    one, other = (
        rounds(a_round(64, speed=speed), a_round(64, speed=speed), *[a_round(2000, speed=speed)] * REPEATS)
        for speed in (1000.0, 500.0)
    )
    assert 500 < cost_of([one, other])[0].images_per_second < 1000


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ([[(64, 0.264)], [(2000, 2.2)]], (1000.0, 0.2)),
        ([[(64, 0.3)], [(100, 0.5)]], (200.0, 0.0)),  # the set has no more images
        ([[(64, 0.5)], [(2000, 0.51)]], (2000 / 0.51, 0.0)),  # no longer, for the clock cannot tell
        ([[(64, 0.05)], [(2000, 2.5)]], (1936 / 2.45, 0.0)),  # below a line through nothing
    ],
)
def test_short_and_long_rounds_are_one_line(groups: list[Any], found: tuple[float, float]) -> None:
    assert line(groups) == pytest.approx(found, abs=0.001)


def test_measuring_ends_after_enough_long_rounds_or_where_patience_does() -> None:
    first, short, long = a_round(64), a_round(64), a_round(2000)
    assert rounds(first, short, long).open
    assert not rounds(first, short, *[long] * REPEATS).open
    hasty = rounds(first, short, long)
    hasty.patience = 1.0
    assert not hasty.open
    hasty.patience = 100.0
    assert hasty.open
