"""`dry_run=measure` and `dry_run=power` through the command line, with real workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import studies


@pytest.mark.slow
def test_a_measurement_times_each_candidate_and_leaves_its_speed_alone(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    done = studies.command(workspace, "dry_run=measure")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("mlp", "lenet5"):
        line = next(line for line in done.stdout.splitlines() if line.startswith(f"{name}: "))
        assert "parameters" in line
        assert "images/s, tracing" in line
    assert "the plan: about" in done.stdout
    assert [path.name for path in (workspace / "runs").iterdir() if path.name != ".lock"] == [".speed.json"]


def test_power_says_what_would_decide_and_trains_nothing(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    done = studies.command(workspace, "dry_run=power")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "by the spread pinned from published studies" in done.stdout
    for points in ("0.5", "1", "2"):
        assert f"{points} points: " in done.stdout
    assert not list((workspace / "runs").glob("*/*/*/*/*/*/result.json"))
