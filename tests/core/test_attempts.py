"""An attempt's directory: what counts of it, whatever is cut off and whoever still writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from suite.core import attempts
from suite.core.attempts import hand_out, settle


class Cut(Exception):
    """The coordinator is killed here."""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with one checkpoint of an earlier attempt."""
    (tmp_path / "run" / "checkpoints" / "0000000005").mkdir(parents=True)
    (tmp_path / "run" / "checkpoints" / "0000000005" / "state.json").write_text("{}")
    (tmp_path / "run" / "checkpoints" / "heartbeat").write_text("1 0")
    (tmp_path / "run" / "run.json").write_text("{}")
    return tmp_path / "run"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def finish(attempt: Path) -> None:
    """As a worker does at a run's end: the result last."""
    for name in ("history.json", "model.weights.h5", "result.json"):
        (attempt / name).write_text(f"{name} of {attempt.name}")


def test_an_attempt_starts_from_the_checkpoints_so_far(run: Path) -> None:
    attempt = hand_out(run, 2)
    assert names(attempt / "checkpoints") == {"0000000005", "heartbeat"}
    assert names(run) == {"run.json", "attempt-2"}


def test_without_a_result_the_checkpoints_go_back(run: Path) -> None:
    (hand_out(run, 2) / "checkpoints" / "0000000010").mkdir()
    assert settle(run)
    assert names(run) == {"run.json", "checkpoints"}
    assert names(run / "checkpoints") == {"0000000005", "0000000010", "heartbeat"}
    assert not settle(run), "nothing is left to settle"


def test_a_result_moves_up_with_its_files(run: Path) -> None:
    finish(hand_out(run, 2))
    settle(run)
    assert names(run) == {"run.json", "history.json", "model.weights.h5", "result.json"}
    assert (run / "result.json").read_text() == "result.json of attempt-2"


def test_what_a_lost_worker_writes_later_counts_for_nothing(run: Path) -> None:
    """It was given up, and makes its directory again: before and after the next attempt is handed out."""
    lost = hand_out(run, 2)
    settle(run)
    (lost / "checkpoints" / "0000000099").mkdir(parents=True)
    finish(lost)
    settle(run)
    assert names(run) == {"run.json", "checkpoints"}
    assert names(run / "checkpoints") == {"0000000005", "heartbeat"}
    attempt = hand_out(run, 3)
    (lost / "checkpoints").mkdir(parents=True)
    finish(lost)
    finish(attempt)
    settle(run)
    assert (run / "result.json").read_text() == "result.json of attempt-3"
    assert names(run) == {"run.json", "history.json", "model.weights.h5", "result.json"}


def test_a_lost_worker_that_has_the_heartbeat_open_does_not_write_into_the_next_ones(run: Path) -> None:
    with (run / "checkpoints" / "heartbeat").open("w") as lost:
        attempt = hand_out(run, 2)
        before = (attempt / "checkpoints" / "heartbeat").read_text()
        lost.write("99 99")
    assert (attempt / "checkpoints" / "heartbeat").read_text() == before


def test_a_lost_worker_that_has_the_folder_open_does_not_write_into_the_next_ones(run: Path) -> None:
    """A machine with a network's disk may know a folder by its handle for a while, whatever it is called by now."""
    lost = hand_out(run, 2)
    handle = os.open(lost / "checkpoints", os.O_RDONLY)
    try:
        settle(run)
        attempt = hand_out(run, 3)
        with suppress(FileNotFoundError):
            os.mkdir("0000000099", dir_fd=handle)
    finally:
        os.close(handle)
    assert names(attempt / "checkpoints") == {"0000000005", "heartbeat"}
    assert (attempt / "checkpoints" / "0000000005" / "state.json").read_text() == "{}"


@pytest.mark.parametrize("event", ["attempt.linked", "attempt.moved_in"])
def test_checkpoints_survive_a_cut_while_they_move_in(event: str, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next(cuts(monkeypatch, event))
    with pytest.raises(Cut):
        hand_out(run, 2)
    monkeypatch.undo()
    settle(run)
    assert names(run) == {"run.json", "checkpoints"}
    assert names(run / "checkpoints") == {"0000000005", "heartbeat"}
    assert (run / "checkpoints" / "0000000005" / "state.json").read_text() == "{}"


def test_where_there_are_no_hard_links_checkpoints_are_copied(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    attempt = hand_out(run, 2)
    assert (attempt / "checkpoints" / "0000000005" / "state.json").read_text() == "{}"
    assert names(run) == {"run.json", "attempt-2"}


def cuts(monkeypatch: pytest.MonkeyPatch, event: str) -> Iterator[int]:
    """Cut off at the first, second, ... time that the event is reached, until it is not reached so often any more."""
    for count in range(1, 9):
        reached = iter(range(1, 99))

        def reach(name: str, count: int = count, reached: Iterator[int] = reached) -> None:
            if name == event and next(reached) == count:
                raise Cut

        monkeypatch.setattr(attempts.faults, "reach", reach)
        yield count


@pytest.mark.parametrize("event", ["attempt.moved", "attempt.taken"])
def test_whatever_is_cut_off_is_made_good(event: str, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(hand_out(run, 2))
    for count in cuts(monkeypatch, event):
        cut = 0
        try:
            settle(run)
        except Cut:
            cut = count
        assert (run / "history.json").exists() or not (run / "result.json").exists(), "the result is last"
        if not cut:
            break
    assert names(run) == {"run.json", "history.json", "model.weights.h5", "result.json"}


@pytest.mark.parametrize("event", ["attempt.marked", "attempt.taken"])
def test_checkpoints_survive_a_cut(event: str, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next(cuts(monkeypatch, event))
    with suppress(Cut):
        hand_out(run, 2)
        settle(run)
        raise AssertionError("it was not cut off")
    monkeypatch.undo()
    settle(run)
    assert names(run) == {"run.json", "checkpoints"}
    assert names(run / "checkpoints") == {"0000000005", "heartbeat"}
