"""Clocks that add up over attempts, and what the heartbeat knows after a kill."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from suite.training.clock import HEARTBEAT, Clocks, Heartbeat


def test_a_block_is_counted_also_when_it_raises() -> None:
    clocks = Clocks()

    def broken() -> None:
        with clocks.count("eval_seconds"):
            time.sleep(0.02)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert 0.02 <= clocks.eval_seconds < 1
    assert clocks.device_seconds == 0


def test_attempts_add_up_and_the_peak_is_the_largest() -> None:
    clocks = Clocks(device_seconds=1.0, peak_memory_bytes=5)
    clocks.add(Clocks(device_seconds=2.0, energy_joules=3.0, peak_memory_bytes=4).as_mapping())
    assert (clocks.device_seconds, clocks.energy_joules, clocks.peak_memory_bytes) == (3.0, 3.0, 5)
    clocks.add(Clocks().as_mapping())
    assert (clocks.energy_joules, clocks.peak_memory_bytes) == (3.0, 5)
    assert Clocks().energy_joules is None


def test_what_two_kills_lost_adds_up(tmp_path: Path) -> None:
    first = Heartbeat(tmp_path, committed=0.0)
    first.write(10.0)  # killed 4 s after a commit at 6 s
    second = Heartbeat(tmp_path, committed=6.0)
    assert second.lost == pytest.approx(4.0)
    second.write(7.5)  # killed again before the next commit
    third = Heartbeat(tmp_path, committed=6.0)
    assert third.lost == pytest.approx(5.5)
    for heartbeat in (first, second, third):
        heartbeat.close()


def test_a_beat_writes_once_a_second_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter((100.0, 100.5, 100.9, 101.2, 101.9))
    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    heartbeat = Heartbeat(tmp_path, committed=3.0)
    heartbeat.start(3.0)
    for _ in range(4):
        heartbeat.beat()
    assert float((tmp_path / HEARTBEAT).read_text().split()[0]) == pytest.approx(4.2)
    heartbeat.close()


@pytest.mark.parametrize("text", ["", "torn", "1.0 2.0 3.0"])
def test_a_torn_file_counts_as_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / HEARTBEAT).write_text(text)
    heartbeat = Heartbeat(tmp_path, committed=1.0)
    assert heartbeat.lost == 0.0
    heartbeat.close()
