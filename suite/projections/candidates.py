"""A candidate's own figures: means over its final runs by track, and the intervals that its report has."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from suite.core.outcomes import Outcome
from suite.core.result import Result
from suite.projections import Projection
from suite.projections.naming import COUNT, MEAN, SIZES_AND_COSTS

TABLE = "table.csv"
SHOWN = ("test_error", "test_error_low", "test_error_high", "rank")
"""The columns of a report's table that a candidate has as figures; the interval covers seeds and test images."""


def project_candidates(projection: Projection, results: Iterable[Result], report: Path | None = None) -> None:
    """Write each candidate's figures, and end it. `report`: the folder of the instance's report, once it is there.

    A candidate whose final runs all failed ends without means: nothing of it is still to come.
    """
    by_candidate: dict[str, list[Result]] = {}
    for result in results:
        if result.phase == "final":
            by_candidate.setdefault(result.candidate, []).append(result)
    told = intervals(report) if report else {}
    for candidate, mine in by_candidate.items():
        figures: dict[str, float | None] = {}
        winners = []
        for track in sorted({result.track for result in mine}):
            runs = [result for result in mine if result.track == track and result.outcome is Outcome.COMPLETED]
            figures |= {f"{track}_{MEAN}{name}": value for name, value in means(runs).items()}
            figures[f"{track}_{COUNT}"] = float(len(runs))
            winners += sorted(runs, key=lambda result: result.number)[:1]
        last = max(mine, key=lambda result: result.ended_at)
        projection.candidate(last, {**figures, **told.get(candidate, {})}, winners)


def means(runs: list[Result]) -> dict[str, float | None]:
    """The mean of what the task measured, and of sizes and costs; None where nobody measured."""
    names = dict.fromkeys(name for run in runs for name in run.metrics)
    values = {name: [run.metrics.get(name) for run in runs] for name in names}
    values |= {name: [getattr(run, name) for run in runs] for name in SIZES_AND_COSTS}
    return {name: _mean(found) for name, found in values.items()}


def _mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


def intervals(report: Path) -> Mapping[str, Mapping[str, float]]:
    """By candidate, what its rows of a report's table say of the error: `tuned_test_error`, `tuned_test_error_low`."""
    path = report / TABLE
    if not path.exists():
        return {}
    found: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            mine = found.setdefault(row["candidate"].removeprefix("'"), {})
            mine |= {f"{row['track']}_{name}": float(row[name]) for name in SHOWN if row.get(name)}
    return found
