"""A workspace that was moved or copied goes on in its new place, and nothing of the old one is touched."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tests import studies
from tests.stores.comparing import differing_artifacts

pytestmark = pytest.mark.slow


def half_done(path: Path) -> Path:
    """A workspace in which a study was interrupted after two runs, in the middle of another."""
    workspace = studies.workspace_with_study(path)
    process = studies.start(workspace, f"workspace={workspace}")
    deadline = time.monotonic() + 600
    while len(over := list(workspace.glob("runs/tiny/*/*/*/*/*/result.json"))) < 2:
        assert process.poll() is None, (workspace / "output.log").read_text()
        assert time.monotonic() < deadline, over
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(200) == 130
    assert studies.wait_until_alone(workspace) == []
    return workspace


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else b"", path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def named_places(workspace: Path) -> str:
    """Everything that the workspace's records and databases say, as text."""
    said = [
        path.read_text(encoding="utf-8", errors="replace")
        for folder in ("runs", "reports", "cache")
        for path in (workspace / folder).rglob("*")
        if path.is_file() and path.suffix in (".json", ".jsonl", ".html", ".md", ".csv", ".log")
    ]
    for name in ("mlflow.db", "optuna.db"):
        with sqlite3.connect(workspace / name) as connection:
            said += list(connection.iterdump())
    return "\n".join(said)


def status(workspace: Path, *arguments: str) -> str:
    return subprocess.run(
        [*studies.module("suite.status"), *arguments],
        cwd=workspace, env=studies.environment(), capture_output=True, text=True, timeout=300, check=True,
    ).stdout  # fmt: skip


def finishes(workspace: Path, old: Path) -> None:
    """The study goes on in its new place, whole, and says nothing of the old one."""
    done = studies.command(workspace)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 runs, 0 done" not in done.stdout, "it began anew"
    assert "tracking:" not in done.stdout
    results = studies.results(workspace)
    assert len(results) == 8
    assert studies.duplicates(studies.metric_rows(workspace)) == []
    assert {key for key, *_ in studies.metric_rows(workspace)} == set(results)
    assert set(studies.mlflow_runs(workspace).values()) == {1}
    assert differing_artifacts(f"sqlite:///{workspace / 'mlflow.db'}", workspace) == []
    assert f"{old}/" not in named_places(workspace)


def test_a_copy_goes_on_alone_and_the_moved_one_too(tmp_path: Path) -> None:
    first = half_done(tmp_path / "first place")
    copy, moved = tmp_path / "a copy", tmp_path / "elsewhere" / "moved"
    subprocess.run(["cp", "-a", first, copy], check=True)
    before = contents(first)
    assert f"'workspace={copy}'" in status(copy), "what to type to go on names the place where it is now"
    finishes(copy, first)
    assert contents(first) == before, "the run in the copy has touched the first"
    moved.parent.mkdir()
    subprocess.run(["mv", first, moved], check=True)
    finishes(moved, first)
    assert not first.exists(), "the old place was made again"


@pytest.mark.parametrize("how", ["cp", "mv"])
def test_a_rebuild_names_the_new_place(how: str, tmp_path: Path) -> None:
    first, second = half_done(tmp_path / "first"), tmp_path / "second"
    before = contents(first)
    subprocess.run(["cp", "-a", first, second] if how == "cp" else ["mv", first, second], check=True)
    assert "runs projected" in status(second, "rebuild=true")
    assert (contents(first) == before) if how == "cp" else not first.exists()
    with sqlite3.connect(second / "mlflow.db") as connection:
        query = "select artifact_uri from runs union select artifact_location from experiments"
        places = [place for (place,) in connection.execute(query)]
    assert len(places) > 2
    assert all(str(second) in place for place in places)
