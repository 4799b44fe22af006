"""What is left of a plan, at the pace seen so far."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from suite.core.directories import RunKey
from suite.study.estimate import Estimate
from suite.study.remaining import Remaining, Share

KEYS = [RunKey("a", "tuned", "final", number) for number in range(4)]


def left(expected: Estimate, shares: Mapping[RunKey, Share], passed: float) -> float:
    remaining = Remaining(expected)
    for key, share in shares.items():
        remaining.note(key, share)
    return remaining.seconds(passed)


def test_what_is_left_follows_the_pace() -> None:
    expected = Estimate(dict.fromkeys(KEYS, 1000.0), workers=1, measured=True)
    assert left(expected, {}, 0.0) == expected.seconds
    slow = left(expected, {KEYS[0]: Share(0.0, 1.0)}, 2000.0)
    assert slow == pytest.approx(2 * 3000, rel=0.05), "the first took twice its time: so will the others"
    assert left(expected, {key: Share(0.0, 1.0) for key in KEYS}, 9000.0) == 0


def test_what_is_left_falls_with_every_epoch_and_leaves_out_what_was_trained_before() -> None:
    expected = Estimate(dict.fromkeys(KEYS, 1000.0), workers=2, measured=True)
    told = [left(expected, {KEYS[0]: Share(0.5, share), KEYS[1]: Share(0.0, share - 0.5)}, 1000 * (share - 0.5) + 20)
            for share in (0.55, 0.7, 0.85, 1.0)]  # fmt: skip
    assert told == sorted(told, reverse=True)
    assert told[-1] == pytest.approx(2500 / 2, rel=0.05), "one run is over and one half: two and a half are left"


def test_nothing_takes_no_time() -> None:
    assert Remaining(Estimate({}, 1, True)).seconds(3.0) == 0


def test_epoch_by_epoch_is_the_same_as_at_once() -> None:
    expected = Estimate({key: 100.0 * (key.number + 1) for key in KEYS}, workers=1, measured=True)
    remaining = Remaining(expected)
    for key in KEYS[:3]:
        for share in (0.25, 0.5, 0.75, 1.0):
            remaining.note(key, Share(0.25, share))
    assert remaining.seconds(400.0) == pytest.approx(left(expected, dict.fromkeys(KEYS[:3], Share(0.25, 1.0)), 400.0))


def test_a_run_that_was_planned_later_takes_as_long_as_its_candidate_s_longest() -> None:
    remaining = Remaining(Estimate({KEYS[0]: 100.0, KEYS[1]: 300.0}, workers=1, measured=True))
    before = remaining.seconds(0.0)
    for _ in range(2):
        remaining.join(KEYS[2])
    assert (len(remaining), remaining.seconds(0.0) - before) == (3, pytest.approx(300.0))
