"""Training a repetition: one worker, its own workspace, and what a kill, a refusal or a failure leaves."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suite import reproduce
from suite.core import directories
from suite.core.durable import read_json, write_json
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.records.embedded import Embedded
from suite.study import again, repeating
from suite.study.again import Step
from suite.study.tolerance import KILLS_WITHOUT_PROGRESS, Stopped
from tests.study.scripted import Script, ScriptedExecutor
from tests.study.test_again import Steps, made, page, step

__all__ = ["made", "page", "step"]

Scripted = Callable[[Script], ScriptedExecutor]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """Workers follow a script."""

    def use(script: Script) -> ScriptedExecutor:
        workers = ScriptedExecutor(script)
        monkeypatch.setattr(repeating, "executor", lambda *_: workers)
        return workers

    return use


def home(tmp_path: Path) -> Path:
    return tmp_path / "reproduced"


def carried_out(page: Embedded, last: Step, tmp_path: Path) -> tuple[object, list[str]]:
    said: list[str] = []
    return repeating.carry_out(page, last, home(tmp_path), said.append), said


def test_a_run_is_a_run_of_its_own_workspace_and_is_trained_once(
    page: Embedded, step: Steps, scripted: Scripted, tmp_path: Path
) -> None:
    workers, last = scripted(lambda key: "completed"), step("mlp", 1002)
    result, _ = carried_out(page, last, tmp_path)
    directory = home(tmp_path) / "runs" / page.study / page.instance / "mlp/tuned/final/2"
    assert read_json(directory / directories.RUN)["identity"]["parameters"] == last.spec.parameters
    assert result.seed == 1002  # type: ignore[attr-defined]
    again, said = carried_out(page, last, tmp_path)
    assert again == result
    assert said == [f"mlp/tuned/final/2 is in {directory} already"]
    assert workers.asked == ["mlp/tuned/final/2"]


def test_a_killed_worker_is_replaced_and_one_that_crashes_is_not(
    page: Embedded, step: Steps, scripted: Scripted, tmp_path: Path
) -> None:
    fates: Iterator[str] = iter(["killed", "killed", "completed"])
    scripted(lambda key: next(fates))
    result, said = carried_out(page, step("mlp", 1002), tmp_path)
    assert result.attempts == 3  # type: ignore[attr-defined]
    assert said == ["the worker was killed; the run goes on from its last checkpoint"] * 2
    for fate, why in (
        ("crashed", r"the worker ended \(signal SIGKILL\): the last words; see no.log"),
        ("out_of_memory", "for want of memory"),
        ("killed", r"the worker ended \(signal SIGKILL\)"),
        ("lost", "is said to be finished"),
        ("suspended: another graph; start a new instance with instance=NAME", "^another graph$"),
    ):
        scripted(lambda key, fate=fate: fate)  # type: ignore[misc]
        with pytest.raises(Stopped, match=why):
            carried_out(page, step("mlp", 1003), tmp_path)


class Following:
    """A worker that is killed after each of its epochs, often, and then ends."""

    def __init__(self, kills: int) -> None:
        self.kills, self.events = kills, queue.Queue[tuple[Any, dict[str, Any]]]()
        self.worker = SimpleNamespace(send=self._send, ready=False)

    def start(self) -> None:
        self.events.put((self.worker, {"event": "ready"}))

    def _send(self, **order: Any) -> None:
        if "do" not in order:
            return
        self.events.put((self.worker, {"event": "epoch", "row": {"epoch": 1, "val_accuracy": 0.5}}))
        self.kills -= 1
        over = {"event": "exit", "ending": "killed", "how": "a signal"} if self.kills >= 0 else {"event": "finished"}
        self.events.put((self.worker, over))

    def forget(self, worker: Any) -> None:
        pass

    close = lines = start


def test_epochs_are_told_of_how_many_and_a_run_that_gets_on_may_be_killed_often(
    page: Embedded, step: Steps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pool, last, said = Following(2 * KILLS_WITHOUT_PROGRESS), step("mlp", 1002), list[str]()
    monkeypatch.setattr(repeating, "executor", lambda *_: pool)
    with pytest.raises(Stopped, match="has no result of it"):
        repeating.carry_out(page, last, home(tmp_path), said.append)
    epochs = last.spec.applied.rounds(len(last.dataset.train))
    assert said.count(f"epoch 1/{epochs}  val accuracy 0.5000") == 2 * KILLS_WITHOUT_PROGRESS + 1


def test_a_failed_source_ends_it(page: Embedded, step: Steps, scripted: Scripted, tmp_path: Path) -> None:
    workers = scripted(lambda key: "diverged: not finite")
    result, _ = carried_out(page, step("late", 1002), tmp_path)
    assert result.outcome is Outcome.DIVERGED  # type: ignore[attr-defined]
    assert workers.asked == ["mlp/tuned/final/2"]


def test_a_failed_source_is_the_verdict_on_what_needs_it(
    page: Embedded,
    step: Steps,
    scripted: Scripted,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scripted(lambda key: "diverged:not finite")
    last = step("late", 1002)
    monkeypatch.setattr(again, "step", lambda *_: last)
    assert reproduce.repeat(page, page.row("late"), {"seed": 1002}, tmp_path) == 1
    assert (
        "The run of mlp, which it needs, did not complete (diverged: not finite); those of the report did."
        in capsys.readouterr().out
    )


def test_a_run_of_other_settings_in_its_place_is_refused(
    page: Embedded, step: Steps, scripted: Scripted, tmp_path: Path
) -> None:
    scripted(lambda key: "completed")
    last = step("mlp", 1002)
    carried_out(page, last, tmp_path)
    repeating.refuse_others(page, last, home(tmp_path))
    path = repeating.directory_of(page, last, home(tmp_path)) / directories.RUN
    run = read_json(path)
    write_json(path, {**run, "identity": {**run["identity"], "parameters": {"learning_rate": 0.5}}})
    with pytest.raises(
        Refusal, match=r"holds this run with other settings: parameters\.learning_rate: 0\.5 became 0\.25"
    ):
        repeating.refuse_others(page, last, home(tmp_path))
    path.write_text("{", encoding="utf-8")
    with pytest.raises(Refusal, match="is damaged or holds something else"):
        repeating.refuse_others(page, last, home(tmp_path))
