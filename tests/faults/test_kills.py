"""Kills at chosen events and at random moments: nothing is lost, nothing doubled, and the same bits come out."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import studies

RANDOM_KILLS = 20
SEED = 20
STUDY = studies.TINY.replace("images_seen: 512", "images_seen: 1024")

WORKER_EVENTS = (
    "worker.start", "worker.imported", "training.step", "commit.written", "commit.renamed", "training.end",
    "training.history", "training.weights", "result.before", "result.written",
)  # fmt: skip
COORDINATOR_EVENTS = (
    "coordinator.assigned", "coordinator.epoch", "coordinator.committed", "projection.mlflow", "projection.optuna",
    "projection.done",
)  # fmt: skip
CASES = [
    *[(event, target) for event in WORKER_EVENTS for target in ("self", "parent", "both")],
    *[(event, "self") for event in COORDINATOR_EVENTS],
]
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


def kill_at(event: str, target: str, workspace: Path, reference: Reference) -> None:
    once = workspace / "fired"
    studies.command(workspace, SUITE_FAULT=f"{event}:1:{target}", SUITE_FAULT_ONCE=str(once))
    assert once.exists(), f"{event} was never reached: the case proves nothing"
    finish(workspace, reference)


@pytest.mark.slow
@pytest.mark.parametrize(("event", "target"), QUICK, ids=named(QUICK))
def test_a_kill_in_the_middle_of_a_commit_and_before_a_projection(
    event: str, target: str, tmp_path: Path, reference: Reference
) -> None:
    kill_at(event, target, studies.workspace_with_study(tmp_path / "workspace", STUDY), reference)


@pytest.mark.faults
@pytest.mark.parametrize(("event", "target"), CASES, ids=named(CASES))
def test_killed_at_a_chosen_event(event: str, target: str, tmp_path: Path, reference: Reference) -> None:
    kill_at(event, target, studies.workspace_with_study(tmp_path / "workspace", STUDY), reference)


@pytest.mark.faults
@pytest.mark.parametrize("target", ["coordinator", "worker", "both"])
def test_killed_at_random_moments(target: str, tmp_path: Path, reference: Reference) -> None:
    """Twenty kills in all (7, 7 and 6), each of a study that is going on; prints where they landed."""
    workspace = studies.workspace_with_study(tmp_path / "workspace", STUDY)
    chance, landed = random.Random(f"{SEED}/{target}"), Counter[str]()
    for number in range(6 if target == "both" else 7):
        trace = workspace / f"trace-{number}"
        process = studies.start(workspace, SUITE_FAULT_TRACE=str(trace))
        time.sleep(chance.uniform(0.5, 30.0))
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
    finish(workspace, reference)
