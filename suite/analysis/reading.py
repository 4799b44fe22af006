"""What a report's folder holds, read back as values: the report is rendered from this and nothing else."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.collect import CLOCKS, FACTS, RECORDS, RUNS
from suite.core import directories
from suite.core.durable import read_json
from suite.core.refusals import Refusal

TEXT = frozenset(
    {
        *("study", "instance", "candidate", "architecture", "track", "phase", "seed", "outcome", "reason", "options"),
        *("recipe", "parameters", "dataset", "data_hash", "backend", "precision", "device", "started_at", "ended_at"),
        *("commit", "versions", "fingerprint"),
    }
)
"""Columns of runs.csv that are not numbers."""

FAILED = ("diverged", "out_of_memory", "error")


@dataclass(frozen=True)
class Records:
    """One study's records."""

    study: Mapping[str, Any]
    runs: pd.DataFrame  # columns of runs.csv; numbers as floats, NaN where unknown
    arrays: Mapping[str, NDArray[Any]]
    sessions: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Mapping[str, Any]]

    def finals(self, candidate: str, track: str) -> list[str]:
        """The names, as in records.npz, of a candidate's completed final runs that have predictions."""
        rows = self.of(candidate, track, "final")
        numbers = rows.loc[rows.outcome == "completed", "number"]
        names = [f"{candidate}/{track}/final/{int(number)}" for number in numbers]
        return [name for name in names if f"{name}/predicted" in self.arrays]

    def of(self, candidate: str, track: str, phase: str) -> pd.DataFrame:
        runs = self.runs
        return runs[(runs.candidate == candidate) & (runs.track == track) & (runs.phase == phase)]

    def labels(self, candidate: str, track: str) -> NDArray[Any] | None:
        """The labels of a candidate's test images, in the order of its predictions; (N,)."""
        names = self.finals(candidate, track)
        return self._labels(names[0]) if names else None

    def _labels(self, name: str) -> NDArray[Any]:
        own = self.arrays.get(f"{name}/labels")
        return self.arrays["labels"] if own is None else own

    def hits(self, candidate: str, track: str) -> NDArray[Any] | None:
        """Which test images each completed final run classified right, (S, N); None while there is none."""
        names = self.finals(candidate, track)
        if not names:
            return None
        return np.stack([self.arrays[f"{name}/predicted"] == self._labels(name) for name in names])

    def top5_hits(self, candidate: str, track: str) -> NDArray[Any] | None:
        """The same for the five most likely classes; None also where five classes are all there are."""
        names = self.finals(candidate, track)
        if not names or len(self.study["data"]["class_names"]) <= 5:
            return None
        return np.stack([self.arrays[f"{name}/top5_hit"] for name in names])


def read(folder: Path) -> Records:
    """Read a report's folder; raises Refusal where it is not one."""
    missing = [name for name in (directories.STUDY, FACTS, RUNS, RECORDS) if not (folder / name).exists()]
    if missing:
        raise Refusal(f"{folder} is not a report's folder: it has no {' and no '.join(missing)}")
    with np.load(folder / RECORDS, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    return Records(
        study=read_json(folder / directories.STUDY),
        runs=read_runs(folder / RUNS),
        arrays=arrays,
        sessions=tuple(directories.read_sessions(folder)),
        facts=read_json(folder / FACTS),
    )


def read_runs(path: Path) -> pd.DataFrame:
    """runs.csv as a data frame; the inverse of `collect.runs_csv` but for mappings, which stay JSON text."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [*directories.FIELDS, *CLOCKS]
    return pd.DataFrame(
        {name: pd.Series([_value(name, row.get(name) or "") for row in rows], dtype=_dtype(name)) for name in columns}
    )


def _dtype(name: str) -> str:
    return "object" if name in TEXT else "float64"


def _value(name: str, text: str) -> str | float:
    if name in TEXT:
        return text.removeprefix("'")
    return float(text) if text else math.nan
