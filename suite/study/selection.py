"""Which trials count, and whose parameters a candidate's final runs take: pure functions of validation records."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import Any

from suite.core.directories import RunKey
from suite.core.outcomes import Outcome
from suite.core.result import Result


def select(results: Iterable[Mapping[str, Any]], metric: str = "val_accuracy") -> Mapping[str, Any] | None:
    """The completed search run with the highest `metric` at its end; of equals, the first.

    Returns None when no trial completed: the final runs then take the recipe as it stands.
    """
    completed = [
        result
        for result in results
        if result["phase"] == "search"
        and result["outcome"] == Outcome.COMPLETED
        and result[metric] is not None
        and math.isfinite(result[metric])
    ]
    return max(completed, key=lambda result: (result[metric], -result["number"]), default=None)


def parameters(trials: Iterable[Result], metric: str) -> dict[str, Any]:
    """The parameters of the trial that is selected; empty where none completed."""
    known = (
        {
            "phase": trial.phase,
            "number": trial.number,
            "outcome": trial.outcome,
            "parameters": trial.parameters,
            metric: trial.metrics.get(metric),
        }
        for trial in trials
    )
    chosen = select(known, metric)
    return dict(chosen["parameters"]) if chosen else {}


def even(over: Collection[RunKey], candidates: Collection[str], track: str) -> int:
    """How many trials every candidate has among the runs that are over, counted from trial 0 without a gap."""
    counts = [next(n for n in count() if RunKey(name, track, "search", n) not in over) for name in candidates]
    return min(counts, default=0)


def counted(over: Collection[RunKey], candidates: Collection[str], track: str, least: int) -> int:
    """`least` trials, or more where every candidate has more. Asked for each final run, of many trials perhaps."""
    more = bool(candidates) and all(RunKey(name, track, "search", least) in over for name in candidates)
    return max(least, even(over, candidates, track)) if more else least
