"""Making the projections of one instance again from the run directories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from suite import tasks
from suite.core import directories
from suite.core.addresses import Stores
from suite.core.attempts import settle
from suite.core.directories import RunKey
from suite.core.durable import read_json
from suite.core.planning import described
from suite.core.published import provenance
from suite.core.refusals import first_line
from suite.core.result import Result, read_result
from suite.projections import Committed, Instance, Projection, Trial, about, openers
from suite.projections.candidates import project_candidates
from suite.study.attempted import first_start
from suite.study.search.candidate import CandidateSearch
from suite.training.checkpoint import committed_rows


def rebuild(workspace: Path, directory: Path, stores: Stores) -> tuple[int, str | None]:
    """Project an instance again; returns how many runs are over, and the errors in one line or None.

    Needs the directories alone: not the data, and not the study's file, which may have changed since. A projection
    that fails keeps none of the others back.
    """
    description = read_json(directory / directories.STUDY)
    tags = {name: description[name] for name in ("budget", "backend", "precision", "dataset")}
    task = tasks.get(description.get("task", tasks.DEFAULT))
    said = about({**description, "metric": task.selection})
    instance = Instance(workspace, stores, description["study"], description["instance"], tags, task.artifacts, said)
    runs = dict(directories.run_directories(directory))
    for path in runs.values():
        settle(path)
    ended = {key: result for key, path in runs.items() if (result := read_result(path)) is not None}
    errors = []
    for name, opener in openers(instance).items():
        try:
            project(opener(), workspace, description, runs, ended)
        except Exception as error:  # whatever a damaged file, a database or a server throws
            errors.append(f"{name}: {first_line(error)}")
    return len(ended), "; ".join(errors) or None


def project(
    projection: Projection,
    workspace: Path,
    description: Mapping[str, Any],
    runs: Mapping[RunKey, Path],
    ended: Mapping[RunKey, Result],
) -> None:
    """Bring one projection in line with the run directories: each run whole, or as far as it has come."""
    searched = _searches(description, runs)
    projection.drop_unknown({str(key) for key in runs})
    for key, path in runs.items():
        if key in ended:
            projection.result(str(key), Committed(ended[key], path, _reader(path), _lister(searched, key)))
        else:
            _begun(projection, description, key, path)
    report = workspace / "reports" / description["study"]
    made = (report / "report.html").exists() and _is_of(report, description)
    over = [ended[key] for key in described(description) if key in ended]
    project_candidates(projection, over, report if made else None)
    if made:
        projection.summary(report, description)


def _begun(projection: Projection, description: Mapping[str, Any], key: RunKey, path: Path) -> None:
    """Project a run that is not over, with what it is known by while it goes on; one that was only opened is nothing.

    Its own records say what it is: the plan may have dropped its candidate since.
    """
    asked, started_at, rows = read_json(path / directories.RUN), first_start(path), committed_rows(path)
    if not rows:
        projection.drop(str(key))
    if rows or started_at is not None:
        known = {name: asked["identity"].get(name) for name in ("architecture", "data_hash")}
        fields = {**vars(key), **known, "dataset": description["dataset"], "commit": description.get("commit")}
        projection.epochs(str(key), {**fields, "seed": asked["seed"], "started_at": started_at}, rows)


def _searches(description: Mapping[str, Any], runs: Mapping[RunKey, Path]) -> Callable[[str, str], CandidateSearch]:
    """From candidate and track to its search, replayed from the records when it is first asked for."""

    @cache
    def searched(candidate: str, track: str) -> CandidateSearch:
        mine = {
            key.number: path
            for key, path in runs.items()
            if (key.candidate, key.track, key.phase) == (candidate, track, "search")
        }
        first = read_json(mine[min(mine)] / directories.RUN)["identity"]
        metric = tasks.get(description.get("task", tasks.DEFAULT)).selection
        search = CandidateSearch(
            first["search_space"], first["recipe"], description["study_seed"], _of_no_matter, metric=metric
        )
        for number in range(max(mine) + 1):
            path = mine.get(number)
            if path is None:
                search.ask(number)  # its directory is gone: to be trained again
                continue
            parameters, result = read_json(path / directories.RUN)["identity"]["parameters"], read_result(path)
            ended = result.as_mapping() if result else None
            search.replay(number, parameters, _rows(path), ended, provenance(path))
        return search

    return searched


def _of_no_matter(parameters: Mapping[str, Any]) -> int:
    """How many epochs a trial begins, which matters to those that go on, and here none does."""
    return 0


def _lister(searched: Callable[[str, str], CandidateSearch], key: RunKey) -> Callable[[], list[Trial]]:
    return (lambda: searched(key.candidate, key.track).finished()) if key.phase == "search" else list


def _reader(path: Path) -> Callable[[], list[dict[str, Any]]]:
    return lambda: _rows(path)


def _rows(path: Path) -> list[dict[str, Any]]:
    history = path / directories.HISTORY
    return list(read_json(history)) if history.exists() else []


def _is_of(report: Path, description: Mapping[str, Any]) -> bool:
    path = report / directories.STUDY
    return path.exists() and read_json(path)["instance"] == description["instance"]
