"""The simulation of many runs: what it counts, and that it would notice."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite import executors
from suite.bench import scale
from suite.bench.scale import Scale, measure, parsed
from suite.core.refusals import Refusal
from suite.study.tolerance import Stopped


@pytest.fixture(autouse=True)
def back() -> Iterator[None]:
    """The simulation works in a folder of its own."""
    before = Path.cwd()
    yield
    os.chdir(before)


def test_every_run_is_there_once_and_the_writes_are_counted(tmp_path: Path) -> None:
    figures = measure(Scale(20, 4, executor="threads", projections=False), tmp_path)
    assert figures.wrong == []
    assert (figures.runs, figures.attempts) == (20, 20)
    assert figures.worker_writes is not None
    # a run's two checkpoints, its history and its result; run.json, and what says that an attempt is handed out
    assert figures.worker_writes.replaced == 20 * 4
    assert 20 * 3 <= figures.writes.replaced <= 20 * 6
    assert figures.writes.bytes > 20 * 1000


def test_a_run_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, lost = scale.read_result, "c0/tuned/final/3"
    monkeypatch.setattr(scale, "read_result", lambda path: None if str(path).endswith(lost) else read(path))
    figures = measure(Scale(20, 4, executor="threads", projections=False), tmp_path)
    assert figures.wrong == [f"{lost} has no result"]


def test_a_run_that_is_doubled_is_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        connection.executescript(
            "create table runs (run_uuid, status, lifecycle_stage); create table tags (run_uuid, key, value);"
            "create table metrics (run_uuid, key, step);"
        )
        for run, key in (("1", "a/0"), ("2", "a/1"), ("3", "a/1")):
            connection.execute("insert into runs values (?, 'FINISHED', 'active')", [run])
            connection.execute("insert into tags values (?, 'key', ?)", [run, key])
    assert scale._wrong_in_mlflow(tmp_path / "mlflow.db", {"a/0", "a/1", "a/2"}) == [
        "a/1 is 2 times in MLflow",
        "a/2 is 0 times in MLflow",
    ]


@pytest.mark.parametrize("argument", ["runs=many", "runs=3", "executor=slurm", "projections=yes", "workers=0"])
def test_a_wrong_argument_is_refused(argument: str) -> None:
    with pytest.raises(Refusal, match="expected"):
        parsed([argument])


def test_without_ray_it_is_refused_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match=r"executor=ray needs Ray, which is not installed: .*pip install ray"):
        parsed(["runs=20"])
    assert parsed(["runs=20", "executor=threads"]).runs == 20


def test_a_study_that_stops_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def stops(*_: object) -> None:
        raise Stopped("workers do not start")

    monkeypatch.setattr(scale, "measure", stops)
    assert scale.main(["executor=threads"]) == 1
    assert capsys.readouterr().err == "stopped: workers do not start\n"


@pytest.mark.slow
def test_on_ray_with_kills_no_run_is_lost_or_doubled(tmp_path: Path) -> None:
    figures = measure(Scale(60, 4, kills=6), tmp_path)
    assert figures.wrong == []
    assert figures.kills == 6
    assert figures.runs == 60
    assert figures.attempts > 60, "runs whose workers were killed went on in another attempt"
