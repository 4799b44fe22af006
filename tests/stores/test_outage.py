"""A store that is taken away and brought back in the middle of a study costs nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import studies
from tests.servers import MlflowServer, Postgres
from tests.stores.comparing import differing_artifacts, mirrored, recorded, stored, trials

pytestmark = pytest.mark.slow

STARTED: list[subprocess.Popen[str]] = []
Started = tuple[Path, "subprocess.Popen[str]", str]


def until(condition: Callable[[], bool], seconds: float = 600.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to it in time"
        time.sleep(0.1)


def ended(workspace: Path) -> int:
    return len(list(workspace.glob("runs/tiny/*/*/*/*/*/result.json")))


def started(server: MlflowServer, postgres: Postgres, path: Path, *more: str) -> Started:
    """A study that is going on, with two runs over; its workspace, its process, and the mirror's database."""
    workspace, mirror = studies.workspace_with_study(path), postgres.new()
    process = studies.start(
        workspace, f"storage.mlflow={server.address}", *more, SUITE_OPTUNA_STORAGE=postgres.address(mirror)
    )
    STARTED.append(process)
    until(lambda: ended(workspace) >= 2 or process.poll() is not None)
    assert process.poll() is None, (workspace / "output.log").read_text()
    return workspace, process, mirror


def whole(server: MlflowServer, postgres: Postgres, workspace: Path, mirror: str) -> None:
    """Not a row is missing, and not one is there twice."""
    there = {row: n for row, n in stored(postgres, server.database).items() if row[0]}
    expected = recorded(workspace)
    assert sum(expected.values()) > 100
    assert expected - stored(postgres, server.database) == {}, "missing"
    assert there == dict(expected), "doubled, or nobody's"
    assert mirrored(postgres, mirror) == trials(workspace)
    assert differing_artifacts(server.address, workspace) == []


@pytest.fixture(autouse=True)
def alone(mlflow_server: MlflowServer, postgres: Postgres) -> Iterator[None]:
    """The server keeps what an earlier test left in it: the runs of other workspaces, which count for nothing here.

    A study that a failed test leaves behind ends.
    """
    postgres.query(mlflow_server.database, "update runs set lifecycle_stage = 'deleted'")
    yield
    for process in STARTED:
        process.kill()
    STARTED.clear()


@pytest.mark.parametrize("what", ["the server", "the database behind everything"])
def test_back_in_the_middle_of_the_study(
    what: str, mlflow_server: MlflowServer, postgres: Postgres, tmp_path: Path
) -> None:
    seeds = 12 if what == "the server" else 5  # it takes longer to start again
    workspace, process, mirror = started(mlflow_server, postgres, tmp_path / "workspace", f"seeds={seeds}")
    away, before = time.time(), ended(workspace)
    if what == "the server":
        mlflow_server.kill()
    else:
        postgres.stop()
    try:
        until(lambda: ended(workspace) >= before + 3)  # training goes on
    finally:
        if what == "the server":
            mlflow_server.start()
        else:
            postgres.start()
    back = time.time()
    assert process.poll() is None, "the study was over too soon: the case proves nothing"
    assert process.wait(900) == 0, (workspace / "output.log").read_text()
    said = (workspace / "output.log").read_text()
    assert said.count("mlflow is away: ") == 1
    assert said.count("mlflow is back") == 1
    assert "tracking:" not in said
    during = [result for result in studies.results(workspace).values() if away < result["ended_at"] < back]
    assert len(during) >= 3
    assert max(result["wait_seconds"] for result in during) < 5.0, "no epoch waited for a store"
    whole(mlflow_server, postgres, workspace, mirror)


@pytest.mark.parametrize("how", ["the next start", "a rebuild"])
def test_back_only_after_the_study(how: str, mlflow_server: MlflowServer, postgres: Postgres, tmp_path: Path) -> None:
    workspace, process, mirror = started(mlflow_server, postgres, tmp_path / "workspace", "seeds=3")
    mlflow_server.kill()
    try:
        assert process.wait(900) == 0, "a store that is away is no failure of the study"
        said = (workspace / "output.log").read_text()
        assert f"tracking: mlflow: {mlflow_server.address} does not answer (connection refused). The runs are" in said
    finally:
        mlflow_server.start()
    assert recorded(workspace) - stored(postgres, mlflow_server.database) != {}, "nothing was missing"
    stores = (f"storage.mlflow={mlflow_server.address}", f"storage.optuna={postgres.address(mirror)}")
    module = ("suite.run", "study=tiny", "seeds=3") if how == "the next start" else ("suite.status", "rebuild=true")
    done = subprocess.run(
        [sys.executable, "-m", *module, *stores],
        cwd=workspace, env=studies.environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("0 runs to train" if how == "the next start" else "10 runs projected") in done.stdout
    whole(mlflow_server, postgres, workspace, mirror)
