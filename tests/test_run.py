"""The main job through its command line, with real workers, MLflow on SQLite, and a study typed again and again."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite import tasks
from suite.core import directories
from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from suite.core.hardware import cores
from suite.core.lock import workspace_lock
from suite.core.result import columns
from suite.study.accounting import KINDS
from tests import studies


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the study `tiny` has run once."""
    path = studies.workspace_with_study(tmp_path_factory.mktemp("tiny") / "workspace")
    done = studies.command(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lenet5" in done.stdout
    return path


def module(workspace: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", name, *arguments],
        cwd=workspace, env=studies.environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_every_planned_run_is_committed_and_only_final_runs_saw_the_test_set(workspace: Path) -> None:
    results = studies.results(workspace)
    assert len(results) == 2 * (2 + 2)
    for key, result in results.items():
        measured = {metric.name for metric in tasks.get("classification").metrics if metric.part == "test"}
        assert set(columns(tasks.get("classification").metrics)) - set(result) <= measured, (
            "what was not measured is left out, nothing else"
        )
        assert "name" not in result["recipe"], "the recipe as asked, without what the search chose"
        assert result["recipe"]["learning_rate"] == 0.1
        assert result["threads"] == cores()
        assert result["deterministic"] is True, "what the worker did, not what was left to it"
        assert (result.get("test_accuracy") is not None) == ("/final/" in key)
        assert result["ended_at"] > result["started_at"]
    assert results["mlp/tuned/search/0"]["parameters"]["learning_rate"] == 0.1, "trial 0 is the recipe as it stands"


def test_final_runs_took_the_parameters_that_validation_selected(workspace: Path) -> None:
    results = studies.results(workspace)
    for name in ("mlp", "lenet5"):
        trials = [results[f"{name}/tuned/search/{n}"] for n in (0, 1)]
        best = max((t for t in trials if t["outcome"] == "completed"), key=lambda t: t["val_accuracy"])
        assert {str(results[f"{name}/tuned/final/{n}"]["parameters"]) for n in (0, 1)} == {str(best["parameters"])}


def test_no_process_is_left(workspace: Path) -> None:
    assert studies.workers_of(workspace) == []


def test_mlflow_has_each_run_once_under_its_candidate(workspace: Path) -> None:
    from mlflow.tracking import MlflowClient

    runs = studies.mlflow_runs(workspace)
    assert set(runs) == {*studies.results(workspace), "candidate:mlp", "candidate:lenet5", "summary"}
    assert set(runs.values()) == {1}
    assert studies.duplicates(studies.metric_rows(workspace)) == []
    client = MlflowClient(f"sqlite:///{workspace / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("tiny")
    wanted = "tags.phase = 'final' and tags.candidate = 'mlp' and tags.seed = '1000'"
    (run,) = client.search_runs([experiment.experiment_id], wanted)
    result = studies.results(workspace)["mlp/tuned/final/0"]
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test_accuracy"] == pytest.approx(result["test_accuracy"])
    assert run.data.params["recipe.optimizer"] == "sgd"
    assert run.data.params["data_hash"] == result["data_hash"]
    assert "gpu_seconds" not in run.data.metrics
    parent = client.get_run(run.data.tags["mlflow.parentRunId"])
    assert parent.data.tags["key"] == "candidate:mlp"
    names = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
    assert {"confusion_matrix.csv", "confusion_matrix.png", "run.json", "result.json", "history.json"} <= names
    assert (workspace / "mlartifacts").is_dir()


def test_the_confusion_matrix_counts_the_test_set(workspace: Path) -> None:
    path = sorted(workspace.glob("mlartifacts/tiny/*/artifacts/confusion_matrix.csv"))[0]
    matrix = np.array([[int(cell) for cell in row] for row in csv.reader(path.read_text().splitlines())])
    assert matrix.sum() == 100
    accuracies = {round(r["test_accuracy"], 9) for k, r in studies.results(workspace).items() if "/final/" in k}
    assert round(np.trace(matrix) / 100, 9) in accuracies


def test_the_optuna_mirror_has_each_trial_once(workspace: Path) -> None:
    states = studies.optuna_states(workspace)
    assert sum(states.values()) == 4
    assert all(name.startswith("tiny/digits-laptop-tensorflow-float32/") for name in states)


def test_the_report_is_there_and_regenerates(workspace: Path) -> None:
    folder = workspace / "reports" / "tiny"
    for name in ("report.html", "report.md", "table.csv", "table.tex", "runs.csv", "records.npz"):
        assert (folder / name).stat().st_size > 0
    checked = module(workspace, "suite.report", "study=tiny", "check=true")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_the_winner_classifies_pictures(workspace: Path) -> None:
    from sklearn.datasets import load_digits

    pictures = workspace / "pictures"
    pictures.mkdir(exist_ok=True)
    digits = load_digits()
    for row in range(20):
        pixels = np.clip(digits.images[row] * 16, 0, 255).astype("uint8")
        Image.fromarray(pixels).resize((32, 32)).save(pictures / f"{row:02d}_{digits.target[row]}.png")
    (pictures / "broken.png").write_bytes(b"not a picture")
    done = module(workspace, "suite.predict", "study=tiny", "candidate=lenet5", "images=pictures", "format=csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 20
    assert "broken.png" in done.stderr
    for row in rows:
        shares = [float(row[f"confidence_{place}"]) for place in range(1, 6)]
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1 + 1e-4
    hits = sum(row["class_1"] == Path(row["image"]).stem[-1] for row in rows)
    assert hits >= 6, "a network trained on these digits does better than one in ten"


@pytest.mark.slow
def test_two_workers_compute_the_same_bits_and_each_of_their_seconds_is_accounted_for(
    workspace: Path, tmp_path: Path
) -> None:
    """The instance keeps its threads, so that the workers share the cores, and says so."""
    again = tmp_path / "workspace"
    shutil.copytree(workspace, again)
    for key in studies.results(workspace):
        if key != "mlp/tuned/search/0":
            shutil.rmtree(studies.instance(again) / key)
    (studies.instance(again) / directories.SESSIONS).unlink()
    done = studies.command(again, "workers=2")
    assert done.returncode == 0, done.stdout + done.stderr
    if cores() > 1:
        assert f"2 workers with {cores()} threads each share {cores()} cores" in done.stdout
    assert studies.measured(again) == studies.measured(workspace)
    assert studies.same_weights(studies.weights(again), studies.weights(workspace))
    assert {path.name for path in studies.instance(again).glob("logs/*")} == {"worker-0.log", "worker-1.log"}
    assert not_accounted_for(again) < 0.06


def test_one_workers_seconds_are_accounted_for(workspace: Path) -> None:
    assert not_accounted_for(workspace) < 0.06


def not_accounted_for(workspace: Path) -> float:
    """The share of the one session's time, workers times wall, that neither it nor a run counted."""
    (session,) = directories.read_sessions(studies.instance(workspace))
    whole = session["wall_seconds"] * session["workers"]
    assert sum(session[f"{kind}_seconds"] for kind in KINDS) == pytest.approx(whole)
    assert session["idle_seconds"] > 0
    runs = [run for run in studies.results(workspace).values() if run["started_at"] > session["started_at"]]
    clocks = [f"{name}_seconds" for name in "device compile data setup eval checkpoint wait".split()]
    spent = sum(run[name] for run in runs for name in clocks)
    assert spent <= session["busy_seconds"]
    return float((session["busy_seconds"] - spent) / whole)


@pytest.mark.slow
def test_a_store_out_of_reach_stops_no_study_and_a_rebuild_repairs_it(workspace: Path, tmp_path: Path) -> None:
    again, key = tmp_path / "workspace", "mlp/tuned/final/1"
    shutil.copytree(workspace, again)
    shutil.rmtree(studies.instance(again) / key)
    done = studies.command(again, MLFLOW_TRACKING_URI="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    said = next(line for line in done.stdout.splitlines() if line.startswith("tracking: "))
    assert (
        "The runs are safe; the same command, or python -m suite.status rebuild=true with the same stores, projects"
        in said
    )
    ended = studies.results(again)[key]["ended_at"]
    assert ended > studies.results(workspace)[key]["ended_at"]
    assert module(again, "suite.status", "rebuild=true").returncode == 0
    assert whole_tags(again)[key] == str(round(ended * 1000))
    assert studies.mlflow_runs(again) == studies.mlflow_runs(workspace)


def whole_tags(workspace: Path) -> dict[str, str]:
    """Key to the tag that says which run MLflow has as a whole."""
    query = (
        "select k.value, w.value from tags k join tags w on w.run_uuid = k.run_uuid and w.key = 'suite.whole' "
        "join runs r on r.run_uuid = k.run_uuid where k.key = 'key' and r.lifecycle_stage = 'active'"
    )
    with contextlib.closing(sqlite3.connect(workspace / "mlflow.db")) as connection:
        return dict(connection.execute(query).fetchall())


def test_a_dry_run_reads_while_another_study_runs(workspace: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (workspace / "runs").rglob("*") if path.is_file()}
    with workspace_lock(workspace):
        before[workspace / "runs" / ".lock"] = (workspace / "runs" / ".lock").stat().st_mtime_ns
        done = studies.command(workspace, "dry_run=true", "seeds=3")
        assert done.returncode == 0, done.stderr
        assert "2 runs to train, about" in done.stdout
        refused = studies.command(workspace, "dry_run=measure")
    assert refused.returncode == 2
    assert "another study is running" in refused.stderr
    assert {path: path.stat().st_mtime_ns for path in (workspace / "runs").rglob("*") if path.is_file()} == before


def test_typed_again_nothing_trains(workspace: Path) -> None:
    before = {key: result["ended_at"] for key, result in studies.results(workspace).items()}
    done = studies.command(workspace)
    assert done.returncode == 0, done.stderr
    assert "0 runs to train" in done.stdout
    assert {key: result["ended_at"] for key, result in studies.results(workspace).items()} == before


@pytest.mark.slow
def test_a_deleted_result_trains_again_alone_and_comes_out_the_same(workspace: Path) -> None:
    before = studies.results(workspace)
    key = RunKey("lenet5", "tuned", "final", 1)
    (studies.instance(workspace) / key.path / directories.RESULT).unlink()
    done = studies.command(workspace)
    assert done.returncode == 0, done.stderr
    after = studies.results(workspace)
    assert [k for k in after if after[k]["ended_at"] != before[k]["ended_at"]] == [str(key)]
    assert after[str(key)]["test_loss"] == before[str(key)]["test_loss"]
    assert after[str(key)]["attempts"] == 2
    assert studies.duplicates(studies.metric_rows(workspace)) == []


@pytest.mark.slow
def test_a_failed_run_trains_again_where_that_is_asked_for_and_the_stores_follow(workspace: Path) -> None:
    before, runs = studies.results(workspace), studies.mlflow_runs(workspace)
    key = RunKey("lenet5", "tuned", "final", 1)
    path = studies.instance(workspace) / key.path / directories.RESULT
    write_json(path, {**read_json(path), "outcome": "error", "reason": "the disk was off", "ended_at": 1e9})
    failed = studies.command(workspace)
    assert failed.returncode == 1
    assert "with retry=failed" in failed.stdout
    done = studies.command(workspace, "retry=failed")
    assert done.returncode == 0, done.stderr
    assert f"retry=failed: 1 failed run again, {key} for one" in done.stdout
    after = studies.results(workspace)
    assert after[str(key)]["test_loss"] == before[str(key)]["test_loss"]
    assert studies.mlflow_runs(workspace) == runs
    assert studies.duplicates(studies.metric_rows(workspace)) == []


@pytest.mark.slow
def test_one_more_seed_is_one_more_run_for_each_candidate(workspace: Path) -> None:
    before = set(studies.results(workspace))
    done = studies.command(workspace, "seeds=3")
    assert done.returncode == 0, done.stderr
    assert set(studies.results(workspace)) - before == {"mlp/tuned/final/2", "lenet5/tuned/final/2"}


def test_another_configuration_is_refused(workspace: Path) -> None:
    done = studies.command(workspace, "recipe.learning_rate=0.2")
    assert done.returncode == 2
    assert "recipe.learning_rate: 0.1 became 0.2" in done.stderr
    assert "instance=NAME" in done.stderr


@pytest.mark.slow
def test_the_projections_can_be_deleted_and_made_again(workspace: Path) -> None:
    rows, states = studies.metric_rows(workspace), studies.optuna_states(workspace)
    (workspace / "mlflow.db").unlink()
    (workspace / "optuna.db").unlink()
    done = module(workspace, "suite.status", "rebuild=true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert studies.metric_rows(workspace) == rows
    assert studies.optuna_states(workspace) == states


@pytest.mark.slow
def test_what_a_power_cut_leaves_of_the_accounts_stops_nothing(workspace: Path) -> None:
    (path,) = workspace.glob("runs/tiny/*/sessions.jsonl")
    before = path.read_text(encoding="utf-8")
    path.write_text("\0\0\0\n" + before, encoding="utf-8")
    assert studies.command(workspace, "seeds=3").returncode == 0
    assert before in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_damaged_mirror_is_named_and_mlflow_rebuilt_all_the_same(workspace: Path) -> None:
    database = workspace / "optuna.db"
    good = database.read_bytes()
    database.write_bytes(b"this is no database" * 100)
    done = module(workspace, "suite.status", "rebuild=true")
    assert done.returncode == 1
    assert "optuna.db" in done.stdout
    assert "Traceback" not in done.stderr
    database.write_bytes(good)


def test_the_status_counts(workspace: Path) -> None:
    done = module(workspace, "suite.status", "study=tiny")
    assert "finished" in done.stdout
    assert "search 2/2, final 2/2" in done.stdout
    (workspace / "cache" / "notes.txt").write_text("mine", encoding="utf-8")
    cleaned = module(workspace, "suite.status", "clean=true")
    assert "freed" in cleaned.stdout
    assert not list((workspace / "cache").glob("*/set.json"))
    assert (workspace / "cache" / "notes.txt").exists(), "the folder may hold what is somebody else's"
