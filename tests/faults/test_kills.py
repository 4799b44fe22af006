"""Kills at chosen events and at random moments: nothing is lost, nothing doubled, and the same bits come out."""

from __future__ import annotations

import csv
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mlflow import MlflowClient

from suite.commandline import FAILED
from suite.core import directories
from suite.core.durable import read_json
from tests import studies

RANDOM_KILLS = {"coordinator": 7, "worker": 7, "both": 6}
SEED = 20
STUDY = studies.TINY.replace("images_seen: 512", "images_seen: 1024")

WORKER_EVENTS = (
    "worker.start", "worker.imported", "training.step", "commit.written", "commit.renamed", "training.end",
    "training.history", "training.weights", "result.before", "result.written",
)  # fmt: skip
COORDINATOR_EVENTS = (
    "projection.database", "coordinator.assigned", "coordinator.epoch", "coordinator.committed", "projection.mlflow",
    "projection.optuna", "projection.done",
)  # fmt: skip
CHOSEN = {
    "workers": (WORKER_EVENTS, "self"),
    "coordinators-under-workers": (WORKER_EVENTS, "parent"),
    "both": (WORKER_EVENTS, "both"),
    "coordinators": (COORDINATOR_EVENTS, "self"),
}
QUICK = [("commit.renamed", "both"), ("projection.mlflow", "self")]


def named(cases: list[tuple[str, str]]) -> list[str]:
    return [f"{event}-{target}" for event, target in cases]


class Reference:
    """What the undisturbed study computed."""

    def __init__(self, workspace: Path) -> None:
        done = studies.command(workspace)
        assert done.returncode == 0, done.stdout + done.stderr
        self.measured: dict[str, Any] = studies.measured(workspace)
        self.weights: dict[str, list[np.ndarray]] = studies.weights(workspace)
        self.rows = studies.metric_rows(workspace)
        self.trials = studies.optuna_states(workspace)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return Reference(studies.workspace_with_study(tmp_path_factory.mktemp("whole") / "workspace", STUDY))


def finish(workspace: Path, reference: Reference) -> None:
    """The same command finishes the study, and nothing shows that it was disturbed."""
    assert studies.wait_until_alone(workspace) == [], "a worker outlived its coordinator"
    done = studies.command(workspace)
    assert done.returncode == 0, done.stdout + done.stderr
    assert studies.measured(workspace) == reference.measured
    assert studies.same_weights(studies.weights(workspace), reference.weights)
    assert studies.metric_rows(workspace) == reference.rows
    assert set(studies.mlflow_runs(workspace).values()) == {1}
    assert studies.optuna_states(workspace) == reference.trials
    assert studies.wait_until_alone(workspace) == []


def kill_at(event: str, target: str, workspace: Path) -> None:
    """Go on with the study until the event is reached for the first time, and kill there."""
    once = workspace / f"fired-{event}"
    process = studies.start(workspace, SUITE_FAULT=f"{event}:1:{target}", SUITE_FAULT_ONCE=str(once))
    until = time.monotonic() + 240
    while not once.exists():
        assert process.poll() is None, f"{event} was never reached: the case proves nothing"
        assert time.monotonic() < until, f"{event} was not reached in time"
        time.sleep(0.05)
    if target == "self" and event in WORKER_EVENTS:  # its coordinator goes on with another worker, and is then stopped
        time.sleep(1.0)  # it dies right after it has left its mark
        assert studies.wait_for_worker(workspace), f"{event}: no other worker took over"
        process.send_signal(signal.SIGTERM)
    process.wait(120)
    assert studies.wait_until_alone(workspace) == [], f"{event}: a worker outlived its coordinator"


@pytest.mark.faults
@pytest.mark.quick
@pytest.mark.parametrize(("event", "target"), QUICK, ids=named(QUICK))
def test_a_kill_in_the_middle_of_a_commit_and_before_a_projection(
    event: str, target: str, tmp_path: Path, reference: Reference
) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace", STUDY)
    kill_at(event, target, workspace)
    finish(workspace, reference)


@pytest.mark.faults
def test_a_latency_is_measured_again_and_stands_in_the_report_and_in_mlflow(tmp_path: Path) -> None:
    """Of a run that was made before it was asked for; both processes die when it is measured and not yet written."""
    workspace = studies.workspace_with_study(tmp_path / "workspace", STUDY)
    arguments = ("candidates.lenet5=null", "search.space=null", "seeds=2")
    assert studies.command(workspace, *arguments).returncode == 0
    asked = (*arguments, "evaluation.latency=true")
    assert studies.command(workspace, *asked, SUITE_FAULT="latency.measured:1:both").returncode == -signal.SIGKILL
    assert studies.wait_until_alone(workspace) == []
    (first, directory), (_, second) = directories.run_directories(studies.instance(workspace))
    assert not (directory / directories.LATENCY).exists()
    done = studies.command(workspace, *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{first}: latency" in done.stdout
    found = read_json(directory / directories.LATENCY)
    assert found["conditions"]["calls"] >= 50
    assert found["conditions"]["busy_workers"] == 0
    assert not (second / directories.LATENCY).exists(), "one of a candidate's seeds is enough"
    rows = list(csv.DictReader((workspace / "reports" / "tiny" / "table.csv").read_text("utf-8").splitlines()))
    assert float(rows[0]["latency_seconds"]) == pytest.approx(found["figures"]["latency_seconds"])
    logged = {(key, name) for key, name, _ in studies.metric_rows(workspace)}
    assert {(str(first), name) for name in found["figures"]} <= logged
    assert studies.command(workspace, *asked).returncode == 0
    assert read_json(directory / directories.LATENCY) == found, "and not once more"


@pytest.mark.faults
def test_an_evaluation_goes_on_after_the_last_kind_that_was_measured(tmp_path: Path) -> None:
    """Both processes die; then the weights are away for a while, which the exit code says."""
    workspace = studies.workspace_with_study(tmp_path / "workspace", STUDY)
    asked = "evaluation.corruptions={kinds:[brightness,contrast],strengths:[1,5]}"
    arguments = ("candidates.lenet5=null", "search.space=null", "seeds=1", asked)
    assert studies.command(workspace, *arguments, SUITE_FAULT="evaluation.kind:1:both").returncode == -signal.SIGKILL
    assert studies.wait_until_alone(workspace) == []
    ((_, directory),) = directories.run_directories(studies.instance(workspace))
    with np.load(directory / directories.CORRUPTED) as saved:
        assert {name for name in saved.files if "/" in name} == {"brightness/1", "brightness/5"}
    weights = directory / directories.WEIGHTS
    hidden = weights.rename(tmp_path / weights.name)
    done = studies.command(workspace, *arguments)
    assert done.returncode == FAILED
    assert "1 evaluation on corrupted images failed" in done.stdout
    hidden.rename(weights)
    assert studies.command(workspace, *arguments).returncode == 0
    gone_on = read_json(directory / directories.EVALUATION)
    assert list(gone_on["errors"]) == ["brightness/1", "brightness/5", "contrast/1", "contrast/5"]
    (directory / directories.CORRUPTED).unlink()
    (directory / directories.EVALUATION).unlink()
    assert studies.command(workspace, *arguments).returncode == 0
    assert read_json(directory / directories.EVALUATION) == gone_on


@pytest.mark.faults
@pytest.mark.parametrize(("events", "target"), CHOSEN.values(), ids=CHOSEN)
def test_killed_at_every_chosen_event_in_turn(
    events: tuple[str, ...], target: str, tmp_path: Path, reference: Reference
) -> None:
    """One study is killed once at each event, always at the first time that it is reached after the last kill."""
    workspace = studies.workspace_with_study(tmp_path / "workspace", STUDY)
    for event in events:
        kill_at(event, target, workspace)
    finish(workspace, reference)


@pytest.mark.faults
@pytest.mark.parametrize(("target", "kills"), RANDOM_KILLS.items())
def test_killed_at_random_moments(target: str, kills: int, tmp_path: Path, reference: Reference) -> None:
    """Each kill hits a study that is going on, until it is finished and another begins; prints where they landed."""
    chance, landed, number = random.Random(f"{SEED}/{target}"), Counter[str](), 0
    workspace = studies.workspace_with_study(tmp_path / "workspace-0", STUDY)
    while landed.total() < kills:
        number += 1
        trace = workspace / f"trace-{number}"
        process = studies.start(workspace, SUITE_FAULT_TRACE=str(trace))
        time.sleep(chance.uniform(0.5, 25.0))
        if process.poll() is not None:  # it was finished before the kill came
            finish(workspace, reference)
            workspace = studies.workspace_with_study(tmp_path / f"workspace-{number}", STUDY)
            continue
        victims = [p for p in studies.workers_of(workspace) if wanted(target, p.pid == process.pid)]
        landed[last_event(trace)] += bool(victims)
        for victim in victims:
            victim.send_signal(signal.SIGKILL)
        if target == "worker":
            process.send_signal(signal.SIGTERM)  # lets the next kill meet a fresh start
        process.wait(120)
        assert studies.wait_until_alone(workspace) == []
    print(f"\n{target}: " + ", ".join(f"{event} {count}" for event, count in landed.most_common()))
    finish(workspace, reference)


def wanted(target: str, is_coordinator: bool) -> bool:
    return target == "both" or is_coordinator == (target == "coordinator")


def last_event(trace: Path) -> str:
    """The event that a study had reached last when it was killed."""
    lines = trace.read_text(encoding="utf-8").splitlines() if trace.exists() else []
    return lines[-1].split()[2] if lines else "start-up"


@pytest.mark.faults
def test_ctrl_c_leaves_130_and_the_same_command_finishes(tmp_path: Path, reference: Reference) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace", STUDY)
    process = studies.start(workspace)
    while not list(workspace.glob("runs/tiny/*/*/*/*/*/result.json")):
        time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    assert "RUNNING" not in mlflow_statuses(workspace, "phase")
    finish(workspace, reference)
    assert "RUNNING" not in mlflow_statuses(workspace)


def mlflow_statuses(workspace: Path, tag: str = "key") -> list[str]:
    """Of each run in MLflow that has a tag."""
    client = MlflowClient(f"sqlite:///{workspace}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'tiny'")
    return [run.info.status for run in client.search_runs([experiment.experiment_id]) if tag in run.data.tags]
