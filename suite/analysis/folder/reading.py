"""What a report's folder holds, read back as values: the report is rendered from this and nothing else."""

from __future__ import annotations

import csv
import math
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.folder import importances, latency_records
from suite.analysis.folder.collect import facts_key, task_of
from suite.analysis.folder.corruption_records import SCORES
from suite.core import directories, instances
from suite.core.durable import read_json
from suite.core.evaluation import FIGURE
from suite.core.metrics import Metric
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal, first_line
from suite.core.result import Result, columns
from suite.records import identities
from suite.records.layout import FACTS, RECORDS, RUNS
from suite.tasks.task import Task

IDENTIFIERS = frozenset({"seed"})
"""Numbers that nobody counts with, and that a float would round."""


@dataclass(frozen=True)
class Records:
    """One study's records."""

    study: Mapping[str, Any]
    runs: pd.DataFrame  # columns of runs.csv; numbers as floats, NaN where unknown
    arrays: Mapping[str, NDArray[Any]]
    sessions: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Mapping[str, Any]]
    identities: Mapping[str, Mapping[str, Any]] | None = None
    """What determined each run, by its key; None where the folder was collected before that was kept."""
    importances: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """How much each searched value mattered, by candidate and track (`suite.analysis.folder.importances`)."""
    latencies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """How quickly the networks of some runs answer, by their keys (`suite.analysis.folder.latencies`)."""

    @property
    def task(self) -> Task:
        return task_of(self.study)

    @property
    def meaningless(self) -> bool:
        """Whether its numbers mean nothing, and nothing is decided by them."""
        return instances.meaningless(self.study)

    def facts_of(self, candidate: str) -> Mapping[str, Any]:
        """What is published about what a candidate is built as; folders of old know architectures without options."""
        described = self.study["candidates"][candidate]
        architecture = described["architecture"]
        own = self.facts.get(facts_key(architecture, described.get("options") or {}))
        return self.facts.get(architecture, {}) if own is None else own

    def finals(self, candidate: str, track: str) -> list[str]:
        """The names, as in records.npz, of a candidate's completed final runs that have predictions."""
        rows = self.of(candidate, track, "final")
        numbers = rows.loc[rows.outcome == Outcome.COMPLETED, "number"]
        names = [f"{candidate}/{track}/final/{int(number)}" for number in numbers]
        return [name for name in names if self.has_predictions(name)]

    def has_predictions(self, run: str) -> bool:
        """Whether a final run, by its name in records.npz, kept what it predicted."""
        return f"{run}/{self.task.kept[0]}" in self.arrays

    def of(self, candidate: str, track: str, phase: str) -> pd.DataFrame:
        runs = self.runs
        return runs[(runs.candidate == candidate) & (runs.track == track) & (runs.phase == phase)]

    def labels(self, candidate: str, track: str) -> NDArray[Any] | None:
        """The labels of a candidate's test images, in the order of its predictions; (N,)."""
        names = self.finals(candidate, track)
        return self.shared(names[0], "label") if names else None

    def shared(self, run: str, name: str) -> NDArray[Any]:
        """An array that runs tested on the same images share: the run's own where it has another than the first."""
        own = self.arrays.get(f"{run}/{name}s")
        return self.arrays[f"{name}s"] if own is None else own

    def scores(self, candidate: str, track: str, metric: Metric) -> NDArray[Any] | None:
        """A metric's score in [0, 1] of each test image in each completed final run, (S, N).

        None while no such run is over, and where the score says nothing for so few classes. Of corrupted images the
        mean error over the copies; None until all of these runs were evaluated on them.
        """
        found = [self._score(name, str(metric.score)) for name in self.finals(candidate, track)]
        scores = [score for score in found if score is not None]
        return np.stack(scores) if scores and len(scores) == len(found) else None

    def _score(self, run: str, name: str) -> NDArray[Any] | None:
        arrays, classes = self._by_run[run], len(self.study["data"]["class_names"])
        if name == FIGURE:
            return 1.0 - arrays[SCORES].astype(np.float64) if SCORES in arrays else None
        return self.task.scores(arrays, self.shared(run, "label"), classes).get(name)

    @cached_property
    def _by_run(self) -> dict[str, dict[str, NDArray[Any]]]:
        """The arrays of each run, by their own names: looked for once, and not among all of them for each run."""
        found: dict[str, dict[str, NDArray[Any]]] = {}
        for key, array in self.arrays.items():
            run, _, name = key.rpartition("/")
            found.setdefault(run, {})[name] = array
        return found


def read(folder: Path) -> Records:
    """Read a report's folder; raises Refusal where it is not one."""
    require(folder)
    try:
        return _read(folder)
    except (ValueError, LookupError, TypeError, zipfile.BadZipFile) as error:
        raise Refusal(
            f"{folder} holds records that cannot be read, so they were changed: {first_line(error)}"
        ) from error


def _read(folder: Path) -> Records:
    with (folder / RECORDS).open("rb") as file, np.load(file, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    study = read_json(folder / directories.STUDY)
    return Records(
        study=study,
        runs=read_runs(folder / RUNS, task_of(study).metrics),
        arrays=arrays,
        sessions=tuple(directories.read_sessions(folder)),
        facts=read_json(folder / FACTS),
        identities=identities.read(folder),
        importances=importances.read(folder),
        latencies=latency_records.read(folder),
    )


def require(folder: Path) -> None:
    """Raise Refusal where a folder is not a report's: one that lacks a record."""
    missing = [name for name in (directories.STUDY, FACTS, RUNS, RECORDS) if not (folder / name).exists()]
    if missing:
        raise Refusal(f"{folder} is not a report's folder: it has no {' and no '.join(missing)}")


def read_runs(path: Path, metrics: Iterable[Metric]) -> pd.DataFrame:
    """runs.csv as a data frame; the inverse of `collect.runs_csv` but for mappings, which stay JSON text.

    Columns that the file lacks, having been collected before there were such, are unknown in every row.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    metrics = list(metrics)
    counted = numbers(metrics)
    return pd.DataFrame(
        {
            name: pd.Series(
                [_value(name in counted, row.get(name) or "") for row in rows],
                dtype="float64" if name in counted else "object",
            )
            for name in columns(metrics)
        }
    )


def numbers(metrics: Iterable[Metric]) -> set[str]:
    """The columns of runs.csv that are numbers: the metrics, and the fields of `Result` that are declared as such."""
    kinds = {name: set(get_args(kind) or [kind]) - {NoneType} for name, kind in get_type_hints(Result).items()}
    declared = {name for name, kind in kinds.items() if kind <= {int, float}}
    return declared - IDENTIFIERS | {metric.name for metric in metrics}


def _value(number: bool, text: str) -> str | float:
    if not number:
        return text.removeprefix("'")
    return float(text) if text else math.nan
