"""What a worker says of an evaluation: the run is over, so that nothing but the disk stops the study."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from suite.core.refusals import Refusal
from suite.executors.worker import carry_out
from suite.training.spec import RunSpec
from tests.training.conftest import MakeSpec, cache_dir, make_spec

__all__ = ["cache_dir", "make_spec"]


class Told:
    """A channel that keeps what was sent."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def send(self, event: str, **values: Any) -> None:
        self.events.append({"event": event, **values})

    def receive(self) -> dict[str, Any]:
        raise AssertionError("an evaluation asks for no answer")


class Evaluates:
    """In the trainer's place: fails as it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked, self.timed = error, list[tuple[RunSpec, Path, Any]](), list[tuple[RunSpec, Path, int]]()

    def train(self, *arguments: Any) -> dict[str, Any]:
        raise AssertionError("nothing is trained")

    def evaluate(self, spec: RunSpec, directory: Path, copies: Any) -> None:
        self.asked.append((spec, directory, copies))
        if self.error:
            raise self.error

    def time(self, spec: RunSpec, directory: Path, busy_workers: int) -> None:
        self.timed.append((spec, directory, busy_workers))
        if self.error:
            raise self.error


def evaluated(trainer: Evaluates, spec: RunSpec, directory: Path) -> list[dict[str, Any]]:
    told = Told()
    order = {"do": "evaluate", "spec": spec.as_mapping(), "directory": str(directory), "copies": [["fog", 3]]}
    carry_out(trainer, told, order)
    return told.events


def test_it_is_carried_out_and_finished(make_spec: MakeSpec, tmp_path: Path) -> None:
    trainer, spec = Evaluates(), make_spec()
    (event,) = evaluated(trainer, spec, tmp_path)
    assert (event["event"], event.get("reason")) == ("finished", None)
    assert trainer.asked == [(spec, tmp_path, [["fog", 3]])]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(Refusal("there are no weights"), "there are no weights"), (ValueError("bad\nlines"), "ValueError: bad")],
)
def test_a_failure_has_its_reason(error: Exception, reason: str, make_spec: MakeSpec, tmp_path: Path) -> None:
    (event,) = evaluated(Evaluates(error), make_spec(), tmp_path)
    assert (event["event"], event["reason"]) == ("finished", reason)


@pytest.mark.parametrize(("error", "reason"), [(None, None), (Refusal("no weights"), "no weights")])
def test_so_is_timing_it(error: Exception | None, reason: str | None, make_spec: MakeSpec, tmp_path: Path) -> None:
    trainer, told, spec = Evaluates(error), Told(), make_spec()
    order = {"do": "time", "spec": spec.as_mapping(), "directory": str(tmp_path), "busy_workers": 3}
    carry_out(trainer, told, order)
    (event,) = told.events
    assert (event["event"], event.get("reason")) == ("finished", reason)
    assert trainer.timed == [(spec, tmp_path, 3)]


def test_a_full_disk_stops_the_study(make_spec: MakeSpec, tmp_path: Path) -> None:
    (event,) = evaluated(Evaluates(OSError(errno.ENOSPC, "No space left on device")), make_spec(), tmp_path)
    assert event["event"] == "suspended"
