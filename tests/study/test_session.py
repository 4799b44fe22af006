"""What one command says and leaves, through the command line, with real workers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient

from suite import command
from suite.commandline import DONE, FAILED, INTERRUPTED
from suite.config.study import Study
from suite.core import directories
from suite.core.directories import RunKey
from suite.core.durable import write_json
from suite.study import session
from suite.study.evaluating import CORRUPTIONS
from suite.study.failures import unevaluated_text
from suite.study.outlook import Outlook, look
from tests import studies
from tests.study.scripted import ScriptedExecutor


def test_a_dry_run_writes_no_run(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    done = studies.command(workspace, "dry_run=true")
    assert done.returncode == 0, done.stderr
    assert "8 runs to train, about" in done.stdout
    assert not list(workspace.glob("runs/*/*/*/*"))


@pytest.mark.slow
def test_a_failed_run_is_named_with_the_way_to_train_it_again(tmp_path: Path) -> None:
    """And its candidate ends in MLflow, for nothing of it is still to come; a report that goes is named too."""
    workspace = studies.workspace_with_study(tmp_path / "failing")
    write_json(workspace / "reports" / "tiny" / directories.STUDY, {"instance": "earlier"})
    done = studies.command(workspace, "recipe.learning_rate=1e12", "search.space=null")
    assert done.returncode == FAILED
    said = next(line for line in done.stdout.splitlines() if "failed:" in line)
    assert said.startswith("4 runs failed: 2 x mlp (diverged), 2 x lenet5 (diverged). A failure is a result")
    assert Path(said.rpartition(" ")[2]).is_dir()
    assert "It replaces that of another instance: python -m suite.report study=tiny instance=earlier" in done.stdout
    client = MlflowClient(f"sqlite:///{workspace / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("tiny")
    runs = client.search_runs([experiment.experiment_id])
    assert {run.data.tags["key"]: run.info.status for run in runs}["candidate:mlp"] == "FINISHED"
    assert {run.info.status for run in runs} == {"FAILED", "FINISHED"}


def test_workers_end_even_where_nothing_was_handed_out(
    tiny: Callable[..., Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster that was started for the study would outlive it in a notebook."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    workers = ScriptedExecutor(lambda key: "completed")
    workers.start()
    monkeypatch.setattr(session, "executor", lambda *_: workers)
    monkeypatch.setattr(session, "write", full)
    with pytest.raises(OSError, match="No space left"):
        session.carry_out(look(tiny()), lambda: pytest.fail("there is nothing to report"))
    assert workers.workers == []


@pytest.mark.parametrize(
    ("state", "unevaluated", "code"),
    [("finished", 0, DONE), ("finished", 2, FAILED), ("interrupted", 2, INTERRUPTED), ("stopped", 0, FAILED)],
)
def test_a_run_that_could_not_be_evaluated_is_said_in_the_exit_code(
    state: str, unevaluated: int, code: int, tiny: Callable[..., Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = ["2 evaluations failed"] if unevaluated else []

    def carried_out(outlook: Outlook, report: session.Report, *looks: object) -> session.End:
        report()
        return session.End(state, [], reasons, [])

    monkeypatch.setattr(session, "carry_out", carried_out)
    monkeypatch.setattr(command, "_report", lambda study, tables: tables.append(None))
    assert command._carry_out(tiny())[0] == code


def test_evaluations_that_failed_are_counted_with_a_reason() -> None:
    keys = [RunKey("mlp", "tuned", "final", number) for number in range(2)]
    one, two = (unevaluated_text(dict.fromkeys(keys[:count], "no weights"), CORRUPTIONS.name) for count in (1, 2))
    assert one == (
        "1 evaluation on corrupted images failed, mlp/tuned/final/0 for one: no weights. "
        "The same command tries it again"
    )
    assert two.startswith("2 evaluations on corrupted images failed")
