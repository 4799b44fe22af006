"""MLflow's side of a study, the same on a file, on PostgreSQL and on a server."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mlflow.tracking import MlflowClient

from suite.core.addresses import Address
from suite.core.directories import RunKey
from suite.core.durable import write_json
from suite.core.result import Result
from suite.projections import Committed, ProjectionError
from suite.projections.mlflow import Tracker
from suite.projections.naming import of_epoch, of_run
from tests.projections.conftest import SLOW
from tests.servers import PASSWORD, Postgres, free_port
from tests.study.made_up import made_up

KEY = RunKey("mlp", "tuned", "final", 0)
ROWS = [
    {"epoch": epoch, "timestamp_ms": 1_700_000_000_000 + epoch, "val_accuracy": epoch / 7, "train_loss": 0.1 * epoch}
    for epoch in range(1, 8)
]
SHOWN = {"shown.txt": "of the task", "shown.png": np.zeros((8, 8), np.uint8)}


def tracker(address: Address, study: str, folder: Path, owner: str | None = None) -> Tracker:
    return Tracker(address, study, "one", {"budget": "laptop"}, lambda files: SHOWN, folder, owner)


def committed(folder: Path, **measured: Any) -> Committed:
    write_json(folder / "run.json", {"of": "the run"})
    return Committed(made_up(KEY, balanced_accuracy=1 / 3, **measured), folder, lambda: ROWS)


def later(**measured: Any) -> Result:
    """The result of the same run, trained once more."""
    return replace(made_up(KEY, **measured), ended_at=2000.0)


def rows(address: Address, study: str) -> list[tuple[str, str, int, int, float]]:
    """(run key, metric, step, timestamp, value) of every row of every active run."""
    client = MlflowClient(address.text)
    found = []
    for run in client.search_runs([client.get_experiment_by_name(study).experiment_id]):
        for name in run.data.metrics:
            for row in client.get_metric_history(run.info.run_id, name):
                found.append((run.data.tags["key"], name, row.step, row.timestamp, row.value))
    return sorted(found)


def expected(run: Committed) -> list[tuple[str, str, int, int, float]]:
    key, ended = str(KEY), round(run.result.ended_at * 1000)
    of_epochs = [(key, n, r["epoch"], r["timestamp_ms"], v) for r in run.rows() for n, v in of_epoch(r).items()]
    return sorted([*of_epochs, *((key, n, run.result.epochs, ended, v) for n, v in of_run(run.result).items())])


def test_every_row_arrives_once_however_often_it_is_projected(tracking: Address, study: str, tmp_path: Path) -> None:
    run = committed(tmp_path)
    first = tracker(tracking, study, tmp_path)
    first.epochs(str(KEY), run.result.as_mapping(), ROWS[:3])
    assert not first.is_whole(str(KEY), run)
    for store in (first, first, tracker(tracking, study, tmp_path)):
        store.result(str(KEY), run)
        assert store.is_whole(str(KEY), run)
        assert rows(tracking, study) == expected(run)
    client = MlflowClient(tracking.text)
    runs = client.search_runs([client.get_experiment_by_name(study).experiment_id])
    assert sorted(run.data.tags["key"] for run in runs) == ["candidate:mlp", str(KEY)]
    (child,) = [run for run in runs if run.data.tags["key"] == str(KEY)]
    assert child.info.status == "FINISHED"
    assert child.data.tags["budget"] == "laptop"


def test_artifacts_can_be_read_by_any_client(tracking: Address, study: str, tmp_path: Path) -> None:
    tracker(tracking, study, tmp_path).result(str(KEY), committed(tmp_path))
    client = MlflowClient(tracking.text)
    (run,) = client.search_runs([client.get_experiment_by_name(study).experiment_id], f"tags.key = '{KEY}'")
    assert {item.path for item in client.list_artifacts(run.info.run_id)} == {"run.json", "result.json", *SHOWN}
    read = client.download_artifacts(run.info.run_id, "shown.txt", str(tmp_path))
    assert Path(read).read_text() == "of the task"


def test_a_run_that_was_trained_again_takes_the_place_of_the_old_one(
    tracking: Address, study: str, tmp_path: Path
) -> None:
    tracker(tracking, study, tmp_path).result(str(KEY), committed(tmp_path))
    again = committed(tmp_path)
    again = again._replace(result=later(balanced_accuracy=0.5), rows=lambda: ROWS[:2])
    store = tracker(tracking, study, tmp_path)
    assert not store.is_whole(str(KEY), again)
    store.result(str(KEY), again)
    assert rows(tracking, study) == expected(again)


@pytest.mark.parametrize("since", ["trained again from nothing", "gone on from an earlier checkpoint"])
def test_what_a_run_left_half_way_is_not_mixed_with_what_came_of_it_while_the_store_was_away(
    since: str, tracking: Address, study: str, tmp_path: Path
) -> None:
    """Its folder was deleted, or its newest checkpoint was damaged, and the store heard of neither in time."""
    run = committed(tmp_path)
    fields = run.result.as_mapping()
    tracker(tracking, study, tmp_path).epochs(str(KEY), {**fields, "started_at": 900.0}, ROWS[:5])
    kept = 0 if since == "trained again from nothing" else 3
    again = [*ROWS[:kept], *({**row, "timestamp_ms": row["timestamp_ms"] + 60_000} for row in ROWS[kept:])]
    run = run._replace(rows=lambda: again)
    store = tracker(tracking, study, tmp_path)
    assert not store.is_whole(str(KEY), run)
    store.result(str(KEY), run)
    assert rows(tracking, study) == expected(run)


@pytest.mark.parametrize(
    "reason", ["a byte that is none: \x00", "half a letter: \ud83d", "long: " + "x" * 9000, "two\nlines"]
)
def test_whatever_a_worker_said_at_its_end_is_taken(reason: str, tracking: Address, study: str, tmp_path: Path) -> None:
    run = committed(tmp_path, outcome="error", reason=reason)
    store = tracker(tracking, study, tmp_path)
    store.result(str(KEY), run)
    assert store.is_whole(str(KEY), run)
    client = MlflowClient(tracking.text)
    (found,) = client.search_runs([client.get_experiment_by_name(study).experiment_id], f"tags.key = '{KEY}'")
    assert found.data.tags["reason"][:5] == reason[:5]
    assert found.info.status == "FAILED"


def test_what_is_measured_after_the_result_is_added_to_its_run(tracking: Address, study: str, tmp_path: Path) -> None:
    run = committed(tmp_path)
    tracker(tracking, study, tmp_path).result(str(KEY), run)
    metrics = {**run.result.metrics, "corruption_error": 0.5, "corruption_error_fog": 0.25}
    evaluated = run._replace(result=replace(run.result, metrics=metrics))
    store = tracker(tracking, study, tmp_path)
    assert store.is_whole(str(KEY), run)
    assert not store.is_whole(str(KEY), evaluated)
    for _ in range(2):
        store.result(str(KEY), evaluated)
        assert store.is_whole(str(KEY), evaluated)
        assert rows(tracking, study) == expected(evaluated)
    assert tracker(tracking, study, tmp_path).is_whole(str(KEY), run), "where it was deleted, nothing is to be done"
    other = evaluated._replace(result=replace(run.result, metrics={**metrics, "corruption_error": 0.75}))
    assert not store.is_whole(str(KEY), other)


def test_a_candidates_figures_are_the_newest_also_where_they_are_over_fewer_runs(
    tracking: Address, study: str, tmp_path: Path
) -> None:
    """And projecting the same once more adds no row."""
    store, last = tracker(tracking, study, tmp_path), made_up(KEY)
    store.candidate(last, {"tuned_final_runs": 2.0, "tuned_mean_test_accuracy": 0.9})
    for _ in range(2):
        store.candidate(last, {"tuned_final_runs": 1.0, "tuned_mean_test_accuracy": 0.9})
    client = MlflowClient(tracking.text)
    (run,) = client.search_runs([client.get_experiment_by_name(study).experiment_id])
    assert run.data.metrics == {"tuned_final_runs": 1.0, "tuned_mean_test_accuracy": 0.9}
    assert len(client.get_metric_history(run.info.run_id, "tuned_final_runs")) == 2
    assert len(client.get_metric_history(run.info.run_id, "tuned_mean_test_accuracy")) == 1


def test_the_report_is_attached_to_one_summary(tracking: Address, study: str, tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.mkdir()
    (report / "report.html").write_text("the table")
    for state in ("running", "finished"):
        tracker(tracking, study, tmp_path).summary(report, {"dataset": "digits", "state": state})
    client = MlflowClient(tracking.text)
    (run,) = client.search_runs([client.get_experiment_by_name(study).experiment_id])
    assert (run.data.tags["state"], run.info.status) == ("finished", "FINISHED")
    assert [item.path for item in client.list_artifacts(run.info.run_id, "report")] == ["report/report.html"]


def test_of_two_runs_with_one_key_the_whole_one_stays(tracking: Address, study: str, tmp_path: Path) -> None:
    """An answer that was lost on its way leaves a second one behind."""
    store = tracker(tracking, study, tmp_path)
    store.result(str(KEY), committed(tmp_path))
    client = MlflowClient(tracking.text)
    experiment = client.get_experiment_by_name(study).experiment_id
    for key in (str(KEY), "candidate:mlp"):
        client.create_run(experiment, tags={"study": study, "instance": "one", "key": key})
    assert tracker(tracking, study, tmp_path).is_whole(str(KEY), committed(tmp_path))
    left = {run.data.tags["key"]: run for run in client.search_runs([experiment])}
    assert len(client.search_runs([experiment])) == len(left) == 2
    assert left[str(KEY)].data.tags["mlflow.parentRunId"] == left["candidate:mlp"].info.run_id


def test_what_two_people_keep_in_one_store_stays_apart(tracking: Address, study: str, tmp_path: Path) -> None:
    mine, yours = committed(tmp_path), committed(tmp_path)
    yours = yours._replace(result=later(balanced_accuracy=0.5))
    for owner, run in (("me-1", mine), ("you-2", yours)):
        tracker(tracking, study, tmp_path, owner).result(str(KEY), run)
    again = tracker(tracking, study, tmp_path, "me-1")
    assert again.is_whole(str(KEY), mine)
    assert rows(tracking, study) == sorted([*expected(mine), *expected(yours)])
    assert again.drop_unknown(set()) == 2, "my run and its candidate's"
    assert rows(tracking, study) == expected(yours)


def test_what_was_nobodys_becomes_that_of_the_first_who_goes_on_with_it(
    tracking: Address, study: str, tmp_path: Path
) -> None:
    run = committed(tmp_path)
    tracker(tracking, study, tmp_path).result(str(KEY), run)
    assert tracker(tracking, study, tmp_path, "me-1").is_whole(str(KEY), run)
    assert not tracker(tracking, study, tmp_path, "you-2").is_whole(str(KEY), run)


def test_the_address_says_where_the_database_and_the_artifacts_lie(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.db"
    tracker(Address(f"sqlite:///{path}"), "tiny", tmp_path / "workspace").result(str(KEY), committed(tmp_path))
    assert path.exists()
    (shown,) = tmp_path.glob("mlartifacts/tiny/*/artifacts/shown.txt")
    assert shown.read_text() == "of the task"
    assert not list(tmp_path.glob(".partial*"))


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(ProjectionError, match=r"if mlflow\.db is damaged, move it away"):
        tracker(Address(f"sqlite:///{tmp_path / 'mlflow.db'}"), "tiny", tmp_path)


def test_a_workspace_that_was_copied_writes_nothing_into_the_first(mlflow_file: Path, tmp_path: Path) -> None:
    """Within one process, too, where MLflow remembers the place of each run."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    shutil.copy(mlflow_file, first / "mlflow.db")
    run = committed(tmp_path)
    tracker(Address(f"sqlite:///{first / 'mlflow.db'}"), "tiny", first).result(str(KEY), run)
    shutil.copytree(first, second)
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    tracker(Address(f"sqlite:///{second / 'mlflow.db'}"), "tiny", second).result(str(KEY), run)
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == before
    places = {run.info.artifact_uri for run in tracker(Address(f"sqlite:///{second / 'mlflow.db'}"), "tiny", second)
              ._runs.values()}  # fmt: skip
    assert all(place.startswith(second.as_uri()) for place in places)


@pytest.mark.slow
def test_in_a_common_database_each_workspace_keeps_its_own_artifacts(
    postgres: Postgres, mlflow_tables: str, study: str, tmp_path: Path
) -> None:
    """Moved or not: none writes into the folder of the first, and a place that somebody chose for all is kept to."""
    address, run = Address(postgres.address(postgres.new(mlflow_tables))), committed(tmp_path)
    for owner, name in (("me-1", "mine"), ("you-2", "yours"), ("me-1", "moved")):
        if name == "moved":
            (tmp_path / "mine").rename(tmp_path / "moved")
        (tmp_path / name).mkdir(exist_ok=True)
        store = tracker(address, study, tmp_path / name, owner)
        store.result(str(KEY), run)
        store.result("mlp/tuned/final/1", run)
        run_id = store._runs[str(KEY)].info.run_id
        assert Path(store._client.download_artifacts(run_id, "shown.txt")).read_text() == "of the task"
        assert len(list((tmp_path / name).rglob(f"{run_id}/artifacts/shown.txt"))) == 1
    assert not (tmp_path / "mine").exists()
    client = MlflowClient(address.text)
    client.create_experiment("chosen", artifact_location=(tmp_path / "for all").as_uri())
    tracker(address, "chosen", tmp_path / "yours", "you-2").result(str(KEY), run)
    assert list((tmp_path / "for all").glob("*/artifacts/shown.txt"))


@pytest.mark.parametrize("kind", ["http", pytest.param("postgresql", marks=SLOW)])
def test_a_store_that_is_away_is_named_at_once_and_without_its_password(kind: str, tmp_path: Path) -> None:
    scheme, rest = ("http", "") if kind == "http" else ("postgresql+psycopg2", "/x")
    address = Address(f"{scheme}://me:{PASSWORD}@127.0.0.1:{free_port()}{rest}")
    before = time.monotonic()
    with pytest.raises(ProjectionError) as refused:
        tracker(address, "tiny", tmp_path)
    assert time.monotonic() - before < 5.0
    assert str(refused.value) == f"{address} does not answer (connection refused)"
    assert refused.value.__cause__ is None, "whose words might be shown with it"


@pytest.mark.slow
def test_a_wrong_password_is_said_and_not_shown(postgres: Postgres, tmp_path: Path) -> None:
    wrong = Address(postgres.address("postgres").replace(PASSWORD, "canary-wrong"))
    with pytest.raises(ProjectionError, match="password authentication failed") as refused:
        tracker(wrong, "tiny", tmp_path)
    assert "canary" not in str(refused.value)
