"""A candidate's own figures, made from its final runs: means by track."""

from __future__ import annotations

from collections.abc import Iterable

from suite.core.outcomes import Outcome
from suite.core.result import Result
from suite.projections import Projection
from suite.projections.naming import TRAINED

SIZES_AND_COSTS = ("device_seconds", "trainable_params", "macs")


def project_candidates(projection: Projection, results: Iterable[Result]) -> None:
    """Write the means over each candidate's completed final runs, by track, and end it.

    A candidate whose final runs all failed ends without means: nothing of it is still to come.
    """
    by_candidate: dict[str, list[Result]] = {}
    for result in results:
        if result.phase == "final":
            by_candidate.setdefault(result.candidate, []).append(result)
    for mine in by_candidate.values():
        figures: dict[str, float | None] = {}
        for track in sorted({result.track for result in mine}):
            runs = [result for result in mine if result.track == track and result.outcome is Outcome.COMPLETED]
            figures |= {f"{track}_mean_{name}": value for name, value in means(runs).items()}
            figures[f"{track}_final_runs"] = float(len(runs))
        projection.candidate(max(mine, key=lambda result: result.ended_at), figures)


def means(runs: list[Result]) -> dict[str, float | None]:
    """The mean of what the task measured of test images, and of sizes and costs; None where nobody measured."""
    names = dict.fromkeys(name for run in runs for name in run.metrics if not name.startswith(TRAINED))
    values = {name: [run.metrics.get(name) for run in runs] for name in names}
    values |= {name: [getattr(run, name) for run in runs] for name in SIZES_AND_COSTS}
    return {name: _mean(found) for name, found in values.items()}


def _mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
