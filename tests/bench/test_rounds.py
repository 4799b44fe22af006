"""Taking turns: with processes that answer what a script tells them to."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from suite.bench.contestants.job import Job
from suite.bench.rounds import Contestant, Entry, Measured, compare, ratio
from suite.core.refusals import Refusal


def measured(*speeds: float) -> Measured:
    return Measured(Entry("suite float32", "suite_loop", Job("lenet5")), list(speeds))


def test_a_ratio_is_of_the_rounds_not_of_the_medians() -> None:
    """A machine that slows down in the middle slows both: the ratio within each round is 2 throughout."""
    assert ratio(measured(10, 2, 4), measured(5, 1, 2)) == 2


def test_the_spread_is_the_middle_half_over_the_median() -> None:
    assert measured(1, 2, 3, 4, 5).spread == pytest.approx((4.5 - 1.5) / 3)


@pytest.mark.slow
def test_what_cannot_be_timed_is_named_with_its_last_words() -> None:
    entry = Entry("suite float32", "suite_loop", Job("lenet5", {"widht": 2}))
    with pytest.raises(Refusal, match=r"suite float32 of lenet5 cannot be timed: .*widht"):
        compare([entry], 3, 0.1, lambda backend: {"KERAS_BACKEND": backend})


def test_a_process_that_was_killed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, for instance, in a control group whose memory ran out: its last words were of something else."""
    script = 'import os, sys; print("no GPU here", file=sys.stderr); print("ready", flush=True); input()'
    (tmp_path / "silent.sh").write_text(f"#!/bin/sh\nexec {sys.executable} -c '{script}'\n")
    (tmp_path / "silent.sh").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "silent.sh"))
    with Contestant(Entry("map", "suite_loop", Job("lenet5")), {}) as contestant:
        os.kill(contestant._process.pid, signal.SIGKILL)
        with pytest.raises(Refusal, match=r"map of lenet5 cannot be timed: its process was killed, as it is where mem"):
            contestant.seconds(1)


def test_a_job_survives_the_way_to_its_process() -> None:
    job = Job("resnet20", {"width": 0.5}, {"mixup": 0.2}, "mixed_bfloat16", 64, 32, False)
    assert Job.from_argument(job.as_argument()) == job
