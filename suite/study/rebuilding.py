"""Making the projections again from the run directories: MLflow's runs and Optuna's mirror of one instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from suite import tasks
from suite.core import directories
from suite.core.durable import read_json
from suite.core.planning import described
from suite.core.refusals import first_line
from suite.core.result import Result, read_result
from suite.projections import ProjectionError
from suite.projections.candidates import project_candidates
from suite.projections.mlflow import Tracker, store_uri
from suite.projections.optuna import default_url, drop_mirrors, mirror, mirror_name
from suite.study.search.candidate import CandidateSearch
from suite.training.checkpoint import committed_rows


def rebuild(workspace: Path, directory: Path) -> tuple[int, str | None]:
    """Project an instance again; returns how many runs, and an error in one line or None.

    Needs the directories alone: not the data, and not the study's file, which may have changed since.
    """
    description = read_json(directory / directories.STUDY)
    runs = list(directories.run_directories(directory))
    tags = {name: description[name] for name in ("budget", "backend", "precision", "dataset")}
    mirror_error: str | None = None
    try:
        rebuild_mirror(workspace, description, runs)
    except Exception as error:  # what a damaged, locked or read-only SQLite file raises, through two libraries
        mirror_error = f"optuna.db: {first_line(error)}; if it is damaged, delete it and rebuild again"
    try:
        shown = tasks.get(description.get("task", tasks.DEFAULT)).artifacts
        tracker = Tracker(store_uri(workspace), description["study"], description["instance"], tags, shown)
        tracker.drop_unknown({str(key) for key, _ in runs})
        ended = {key: result for key, path in runs if (result := _project(tracker, description, key, path))}
        project_candidates(tracker, [ended[key] for key in described(description) if key in ended])
        report = workspace / "reports" / description["study"]
        if (report / "report.html").exists() and _is_of(report, description):
            tracker.summary(report, description)
    except ProjectionError as error:
        return 0, str(error)
    return len(ended), mirror_error


def _project(tracker: Tracker, description: dict[str, Any], key: directories.RunKey, path: Path) -> Result | None:
    """Project one run, whole or as far as it has come; returns its result if it is over."""
    result = read_result(path)
    if result is not None:
        tracker.result(str(key), result, _rows(path), path)
        return result
    rows = committed_rows(path)
    if rows:
        fields = {**vars(key), "dataset": description["dataset"], "seed": read_json(path / directories.RUN)["seed"]}
        fields["architecture"] = description["candidates"].get(key.candidate, {}).get("architecture")
        tracker.epochs(str(key), fields, rows)
    return None


def _is_of(report: Path, description: dict[str, Any]) -> bool:
    path = report / directories.STUDY
    return path.exists() and read_json(path)["instance"] == description["instance"]


def _rows(path: Path) -> list[dict[str, Any]]:
    history = path / directories.HISTORY
    return list(read_json(history)) if history.exists() else []


def rebuild_mirror(workspace: Path, description: dict[str, Any], runs: list[tuple[directories.RunKey, Path]]) -> None:
    """Make Optuna's mirror of an instance again; searches that have no runs any more go."""
    url = default_url(workspace)
    drop_mirrors(url, description["study"], description["instance"])
    for place in sorted({(key.candidate, key.track) for key, _ in runs if key.phase == "search"}):
        name = mirror_name(description["study"], description["instance"], *place)
        mine = {k.number: p for k, p in runs if (k.candidate, k.track) == place and k.phase == "search"}
        first = read_json(mine[min(mine)] / directories.RUN)["identity"]
        recipe, space = first["recipe"], first["search_space"]
        metric = tasks.get(description.get("task", tasks.DEFAULT)).selection
        search = CandidateSearch(space, recipe, description["study_seed"], recipe["epochs"], metric=metric)
        for number in range(max(mine) + 1):
            path = mine.get(number)
            if path is None:
                search.ask(number)  # its directory is gone: to be trained again
                continue
            parameters = read_json(path / directories.RUN)["identity"]["parameters"]
            result = read_result(path)
            search.replay(number, parameters, _rows(path), result.as_mapping() if result else None)
        mirror(url, name, search.finished())
