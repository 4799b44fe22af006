"""`time=` through the command line, with real workers: measured, divided, carried out, gone on with, and reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.core.durable import read_json
from tests import studies

TIME = "time=4m"


def allotment(workspace: Path) -> Path:
    (found,) = workspace.glob("runs/tiny/*/allotment.json")
    return found


def test_too_little_time_is_refused_before_anything_trains_with_what_would_do(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    done = studies.command(workspace, "time=20s", "dry_run=true")
    assert done.returncode == 2
    assert "refused: time=20s is too short: the least that is possible here is about" in done.stderr
    assert not list(workspace.glob("runs/tiny/*"))


def test_a_plan_says_what_a_time_would_give_and_what_more_would_buy(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    done = studies.command(workspace, "time=1h", "dry_run=true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tiny / digits-laptop-1h-tensorflow-float32" in done.stdout
    assert "time 1h: " in done.stdout
    assert "What more time would buy: by the spread pinned from published studies, 2 seeds" in done.stdout
    assert not list(workspace.glob("runs/tiny/*"))


@pytest.mark.slow
def test_lengths_are_chosen_once_and_kept(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    dry = studies.command(workspace, TIME, "dry_run=measure")
    assert dry.returncode == 0, dry.stdout + dry.stderr
    assert "time 4m: " in dry.stdout
    assert not list(workspace.glob("runs/tiny/*"))
    first = studies.command(workspace, TIME, "search.trials=1", "seeds=1")
    assert first.returncode == 0, first.stdout + first.stderr
    chosen = read_json(allotment(workspace))
    epochs = {result["epochs"] for result in studies.results(workspace).values()}
    assert epochs == {one["epochs"] for one in chosen["candidates"].values()}
    done = studies.measured(workspace)
    again = studies.command(workspace, TIME, "search.trials=1", "seeds=2")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "come" in again.stdout
    assert "on top" in again.stdout
    assert read_json(allotment(workspace)) == chosen
    grown = studies.measured(workspace)
    assert {key: grown[key] for key in done} == done
    assert len(grown) == len(done) + 2
    page = (workspace / "reports" / "tiny" / "report.md").read_text(encoding="utf-8")
    assert "A budget of 4 min gave each candidate" in page
    assert "What more time would buy" in page
    other = studies.command(workspace, "time=5m", f"instance={studies.instance(workspace).name}")
    assert other.returncode == 2
    assert "time: 4m became 5m" in other.stderr
