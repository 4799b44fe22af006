"""Training a repetition: one worker, its own workspace, and what a kill, a refusal or a failure leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suite.core import directories
from suite.core.durable import read_json, write_json
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.records.embedded import Embedded
from suite.study import repeating
from suite.study.again import Step
from suite.study.tolerance import Stopped
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


def test_a_failed_source_ends_it(page: Embedded, step: Steps, scripted: Scripted, tmp_path: Path) -> None:
    workers = scripted(lambda key: "diverged: not finite")
    result, _ = carried_out(page, step("late", 1002), tmp_path)
    assert result.outcome is Outcome.DIVERGED  # type: ignore[attr-defined]
    assert workers.asked == ["mlp/tuned/final/2"]


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
