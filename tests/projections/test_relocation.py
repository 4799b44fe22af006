"""A workspace that is moved or copied takes MLflow's places of artifacts along."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient
from mlflow.tracking._tracking_service.utils import _artifact_repos_cache

from suite.projections.relocation import COLUMNS, location, relocate

NAME = "a study of 1%, Zürich"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with MLflow's file, a run with an artifact in a study's experiment, and one of somebody else's."""
    folder = tmp_path_factory.mktemp("a workspace") / "first place"
    folder.mkdir()
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    ours = client.create_experiment(NAME, artifact_location=location(folder, NAME))
    other = client.create_experiment("other", artifact_location=(folder.parent / "big disk" / "other").as_uri())
    for experiment in (ours, other):
        client.log_text(client.create_run(experiment).info.run_id, "of the run", "shown.txt")
    with sqlite3.connect(folder / "mlflow.db") as connection:  # as where the command is typed in the workspace
        connection.execute(
            "UPDATE experiments SET artifact_location = ? WHERE name = 'Default'", (f"{folder}/mlruns/0",)
        )
    return folder


def places(folder: Path) -> list[str]:
    """Every place that the store names."""
    with sqlite3.connect(folder / "mlflow.db") as connection:
        return [
            place
            for table, column in COLUMNS
            for (place,) in connection.execute(f"SELECT {column} FROM {table}").fetchall()
            if place
        ]


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and "inner" not in path.parts  # a copy within
    }


@pytest.mark.parametrize("where", ["second place", "first place/inner"])
def test_a_copy_names_its_own_places_and_reads_its_own_artifacts(made: Path, where: str, tmp_path: Path) -> None:
    first = shutil.copytree(made, tmp_path / "first place")
    relocate(first / "mlflow.db")
    second = tmp_path / where
    shutil.copytree(first, second)
    before = contents(first)
    assert relocate(second / "mlflow.db") == 3, "the experiment, its run, and MLflow's own first experiment"
    assert relocate(second / "mlflow.db") == 0, "done once and for all"
    assert contents(first) == before
    assert not [place for place in places(second) if f"{first.as_uri()}/mlartifacts" in place]
    _artifact_repos_cache.clear()  # it goes by the run alone, for all stores of a process
    client = MlflowClient(f"sqlite:///{second / 'mlflow.db'}")
    (run,) = client.search_runs([client.get_experiment_by_name(NAME).experiment_id])
    assert run.info.artifact_uri.startswith(location(second, NAME))
    client.log_text(run.info.run_id, "of the copy", "new.txt")
    assert {item.path for item in client.list_artifacts(run.info.run_id)} == {"shown.txt", "new.txt"}
    assert contents(first) == before


def test_an_experiment_that_lies_elsewhere_on_purpose_stays_there(made: Path, tmp_path: Path) -> None:
    second = shutil.copytree(made, tmp_path / "second place")
    relocate(second / "mlflow.db")
    kept = [place for place in places(second) if "big" in place]
    assert len(kept) == 2
    assert all(place.startswith((made.parent / "big disk").as_uri()) for place in kept)


def test_all_places_change_or_none(made: Path, tmp_path: Path) -> None:
    second = shutil.copytree(made, tmp_path / "second place")
    with sqlite3.connect(second / "mlflow.db") as connection:
        connection.execute(
            "CREATE TRIGGER refused BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'a full disk, say'); END"
        )
    before = places(second)
    with pytest.raises(sqlite3.Error, match="a full disk"):
        relocate(second / "mlflow.db")
    assert places(second) == before
