"""Progress for people: what a line and the table say, from start to end."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from suite.core.directories import RunKey
from suite.study.display import Lines, LiveTable, progress
from suite.study.estimate import Estimate
from suite.study.remaining import Share
from tests.study.made_up import made_up

KEYS = [RunKey("a", "tuned", "final", number) for number in range(2)]
EXPECTED = Estimate(dict.fromkeys(KEYS, 1200.0), workers=1, measured=True)


def follow(progress: Lines | LiveTable) -> None:
    """A run that an earlier session had trained for 9 of its 20 epochs."""
    progress.started(KEYS[0], 2, 20)
    progress.epoch(KEYS[0], {"epoch": 10, "val_accuracy": 0.5, "images_per_second": 321.0})
    progress.ended(KEYS[0], made_up(KEYS[0], test_accuracy=0.75))


def test_a_line_for_each_event(capsys: pytest.CaptureFixture) -> None:
    follow(Lines(EXPECTED))
    begun, epoch, ended = capsys.readouterr().out.splitlines()
    assert begun.startswith("[0/2] a/tuned/final/0  attempt 2  left 40 min")
    assert "epoch 10/20  val accuracy 0.5000, 321 images/s" in epoch
    assert ended.startswith("[1/2] a/tuned/final/0  completed, test accuracy 0.7500")


def test_time_left_leaves_out_the_epochs_of_an_earlier_session() -> None:
    lines = Lines(EXPECTED)
    follow(lines)
    assert lines._remaining.share(KEYS[0]) == Share(9 / 20, 1.0)


def test_the_table_has_a_row_for_each_run(capsys: pytest.CaptureFixture) -> None:
    written = io.StringIO()
    table = LiveTable(EXPECTED, Console(file=written, width=120))
    follow(table)
    Console(file=written, width=120).print(table._table())
    for cell in ("1/2 runs", "tuned final 0", "10/20", "0.5000", "321", "completed, test accuracy 0.7500"):
        assert cell in written.getvalue()


def test_another_tasks_figures_are_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(EXPECTED, "localization")
    key = next(iter(EXPECTED.runs))
    lines.started(key, 1, 2)
    lines.epoch(key, {"epoch": 1, "val_localization_accuracy": 0.25, "val_accuracy": 0.5, "images_per_second": 9.0})
    said = capsys.readouterr().out
    assert "val localization accuracy 0.2500" in said
    assert "0.5000" not in said


@pytest.mark.parametrize(("terminal", "kind"), [("dumb", Lines), ("xterm", LiveTable)])
def test_a_terminal_that_cannot_redraw_gets_lines(terminal: str, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table would stay silent there until the study is over."""
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert isinstance(progress(EXPECTED, "classification"), kind)
