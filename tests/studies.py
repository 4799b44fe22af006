"""Running a small real study through the command line, and comparing what two of them left behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from suite.core import directories
from suite.core.durable import read_json
from tests.study.conftest import TINY

MEASURED = (
    "val_accuracy",
    "test_accuracy",
    "val_loss",
    "test_loss",
    "train_accuracy",
    "parameters",
    "outcome",
    "epochs",
)


def workspace_with_study(path: Path, text: str = TINY) -> Path:
    """A workspace whose studies/ holds the study `tiny`."""
    (path / "studies").mkdir(parents=True)
    (path / "studies" / "tiny.yaml").write_text(text, encoding="utf-8")
    return path


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **more}


def module(name: str) -> list[str]:
    """The beginning of a command line."""
    return [sys.executable, "-m", name]


def command(workspace: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`python -m suite.run study=tiny` in the workspace, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "suite.run", "study=tiny", *arguments],
        cwd=workspace, env=environment(**more), capture_output=True, text=True, timeout=900,
    )  # fmt: skip


def start(workspace: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """The same, not waited for; its output goes to a file. It hears Ctrl-C, wherever the tests run."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits that a signal is ignored
    with (workspace / "output.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "suite.run", "study=tiny", *arguments],
            cwd=workspace, env=environment(**more), stdout=log, stderr=log, text=True,
        )  # fmt: skip


def instance(workspace: Path) -> Path:
    (found,) = workspace.glob("runs/tiny/*/study.json")
    return found.parent


def read_result(directory: Path) -> dict[str, Any] | None:
    """result.json as it stands."""
    path = directory / directories.RESULT
    return dict(read_json(path)) if path.exists() else None


def results(workspace: Path) -> dict[str, dict[str, Any]]:
    """Key to committed result."""
    found = {str(key): read_result(path) for key, path in directories.run_directories(instance(workspace))}
    return {key: result for key, result in found.items() if result is not None}


def measured(workspace: Path) -> dict[str, tuple[Any, ...]]:
    """What training computed: for each run its accuracies, losses, parameters and every epoch's figures."""
    found = {}
    for key, path in directories.run_directories(instance(workspace)):
        result = read_result(path)
        assert result is not None, f"{key} has no result"
        rows = [
            [row[name] for name in ("epoch", "train_loss", "val_accuracy")] for row in read_json(path / "history.json")
        ]
        found[str(key)] = (*(result.get(name) for name in MEASURED), rows)
    return found


def weights(workspace: Path) -> dict[str, list[np.ndarray]]:
    """Key to the last weights of each final run."""
    import h5py

    found: dict[str, list[np.ndarray]] = {}
    for key, path in directories.run_directories(instance(workspace)):
        if (path / directories.WEIGHTS).exists():
            with h5py.File(path / directories.WEIGHTS) as file:
                found[str(key)] = list(_arrays(file))
    return found


def _arrays(group: Any) -> Iterator[np.ndarray]:
    for item in group.values():
        if hasattr(item, "values"):
            yield from _arrays(item)
        else:
            yield np.array(item)


def same_weights(one: dict[str, list[np.ndarray]], other: dict[str, list[np.ndarray]]) -> bool:
    if one.keys() != other.keys():
        return False
    pairs = [(a, b) for key in one for a, b in zip(one[key], other[key], strict=True)]
    return all(np.array_equal(a, b) for a, b in pairs)


def metric_rows(workspace: Path) -> list[tuple[str, str, int]]:
    """(run key, metric, step) of every row in MLflow's database, without the summary and the parents."""
    query = (
        "select t.value, m.key, m.step from metrics m join tags t on t.run_uuid = m.run_uuid and t.key = 'key' "
        "join runs r on r.run_uuid = m.run_uuid where r.lifecycle_stage = 'active' and t.value like '%/%'"
    )
    with sqlite3.connect(workspace / "mlflow.db") as connection:
        return sorted(connection.execute(query).fetchall())


def duplicates(rows: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    return [row for row, count in Counter(rows).items() if count > 1]


def mlflow_runs(workspace: Path) -> Counter[str]:
    """How many active MLflow runs there are of each key."""
    query = (
        "select t.value from runs r join tags t on t.run_uuid = r.run_uuid and t.key = 'key' "
        "where r.lifecycle_stage = 'active'"
    )
    with sqlite3.connect(workspace / "mlflow.db") as connection:
        return Counter(value for (value,) in connection.execute(query))


def optuna_states(workspace: Path) -> Counter[str]:
    """Study name and state of every mirrored trial."""
    query = "select s.study_name || ' ' || t.state from trials t join studies s on s.study_id = t.study_id"
    with sqlite3.connect(workspace / "optuna.db") as connection:
        return Counter(value for (value,) in connection.execute(query))


def workers_of(workspace: Path) -> list[psutil.Process]:
    """Processes of the suite that work in this workspace."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            words = process.info["cmdline"] or []
            if any(word.startswith("suite.") for word in words) and process.cwd() == str(workspace.resolve()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def wait_for_worker(workspace: Path, seconds: float = 60.0) -> bool:
    """Wait until a worker is alive in the workspace; False if none came."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            if any("suite.executors.worker" in process.cmdline() for process in workers_of(workspace)):
                return True
        time.sleep(0.2)
    return False


def wait_until_alone(workspace: Path, seconds: float = 60.0) -> list[psutil.Process]:
    """Wait until no process of the suite is left in the workspace; returns those that are still there."""
    deadline = time.monotonic() + seconds
    while (left := workers_of(workspace)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left
