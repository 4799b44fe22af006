from __future__ import annotations

from pathlib import Path

import pytest

from suite.core.directories import read_sessions
from suite.study import accounting
from suite.study.accounting import KINDS, REPORT, TRACKING, SessionClock


class Time:
    """A clock that a test turns."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(accounting.time, "monotonic", clock)
    return clock


def test_every_second_of_every_worker_is_counted_once(time: Time, tmp_path: Path) -> None:
    clock = SessionClock(tmp_path, workers=3)
    time.now += 2  # all three wait for the session to start
    clock.training()
    clock.starts("one")
    time.now += 5
    clock.ready("one")
    clock.assigned("one")
    clock.starts("two")
    time.now += 10  # one trains, two starts, and nobody needs a third
    clock.gone("two")  # killed
    time.now += 20
    clock.released("one")
    time.now += 1
    clock.trained()
    clock.closing(TRACKING)
    time.now += 4
    clock.closing(REPORT)
    time.now += 8
    clock.write()
    (line,) = read_sessions(tmp_path)
    assert "evaluation_seconds" not in line
    seconds = {kind: line[f"{kind}_seconds"] for kind in KINDS}
    assert seconds == {"start": 6 + 5 + 10, "busy": 30, "idle": 10 + 10 + 40 + 3, "tracking": 12, "report": 24}
    assert sum(seconds.values()) == line["wall_seconds"] * line["workers"] == 150


def test_a_worker_that_ends_with_its_run_is_not_counted_twice(time: Time, tmp_path: Path) -> None:
    clock = SessionClock(tmp_path)
    clock.training()
    clock.starts("one")
    clock.assigned("one")
    time.now += 3
    clock.gone("one")
    clock.released("one")
    time.now += 2
    clock.write()
    (line,) = read_sessions(tmp_path)
    assert (line["busy_seconds"], line["idle_seconds"]) == (3, 2)


def test_evaluating_after_the_training_is_counted_apart(time: Time, tmp_path: Path) -> None:
    clock = SessionClock(tmp_path)
    clock.training()
    clock.closing(accounting.EVALUATION)
    time.now += 30
    clock.closing(REPORT)
    clock.write()
    (line,) = read_sessions(tmp_path)
    assert (line["evaluation_seconds"], line["wall_seconds"]) == (30, 30)
