"""What tuning found: the best trial's own validation score beside the fresh seeds', and what fewer would find."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.by_run import mean_interval
from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder.reading import Records
from suite.analysis.folder.values import values
from suite.analysis.statistics.tuning import expected_best
from suite.core.metrics import by_name
from suite.core.outcomes import Outcome

COLUMNS = ["candidate", "trials", "best", "fresh", "fresh_low", "fresh_high", "flattery", "low", "high"]


def optimism(records: Records, track: str) -> pd.DataFrame:
    """For each candidate that was searched: the score by which its trial was chosen, the mean of the final runs' same
    score with its interval over the seeds, and the first minus the second.

    Scores are the task's `selection` on the validation images, fractions. NaN: final runs that trained on these images
    have no such score; trials that were shorter than final runs are not compared; of one seed, and of equal values, the
    spread is unknown.
    """
    metric, lending = by_name(records.task.metrics)[records.task.selection], Lending(records)
    whole = (records.study.get("search_length") or 1) == 1
    rows = []
    for name in records.study["candidates"]:
        trials = records.of(name, track, "search")
        completed = trials.loc[trials.outcome == Outcome.COMPLETED, metric.name].dropna()
        if completed.empty:
            continue
        own, fresh = float(completed.max()), values(records, name, track, metric)
        row: dict[str, Any] = {"candidate": name, "trials": len(trials), "best": own}
        if len(fresh):
            row |= {"fresh": float(fresh.mean()), "flattery": own - float(fresh.mean()) if whole else math.nan}
            spread = lending.of(name, track, metric)
            interval = mean_interval(fresh, spread=spread, bounds=metric.bounds)
            if interval:
                row |= {"fresh_low": interval.low, "fresh_high": interval.high}
                row |= {"low": own - interval.high, "high": own - interval.low} if whole else {}
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def courses(records: Records, track: str) -> Mapping[str, NDArray[np.float64]]:
    """By candidate the expected best score of 1, 2, ... of its trials, (trials,), with repetition.

    A trial counts with its score when it ended, pruned or not; one that failed as the lowest of the candidate's.
    """
    name, found = records.task.selection, {}
    for candidate, over in _ended(records, track):
        scores = over[name].where(over.outcome.isin([Outcome.COMPLETED, Outcome.PRUNED]))
        if scores.notna().any():
            found[candidate] = expected_best(list(scores.fillna(scores.min())))
    return found


def best_so_far(records: Records, track: str) -> Mapping[str, NDArray[np.float64]]:
    """By candidate the best score among its first 1, 2, ... trials that have ended, (trials,), in their numbers' order.

    Of those that ran to the end, for no other is selected: the last value is the selected trial's. NaN before there is
    one. The same candidates as in `courses`, and as many trials.
    """
    name, found = records.task.selection, {}
    for candidate, over in _ended(records, track):
        scored = over.outcome.isin([Outcome.COMPLETED, Outcome.PRUNED]) & over[name].notna()
        if scored.any():
            scores = over[name].where(over.outcome == Outcome.COMPLETED)
            found[candidate] = np.fmax.accumulate(scores.to_numpy(dtype=np.float64))
    return found


def _ended(records: Records, track: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each candidate's trials that have ended, by number."""
    for candidate in records.study["candidates"]:
        trials = records.of(candidate, track, "search")
        yield candidate, trials[trials.outcome != ""].sort_values("number")
