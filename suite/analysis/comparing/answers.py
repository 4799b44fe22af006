"""What a track's networks answer, image by image: how far their confidence is right, on which classes, how alike.

All of it is read off the classes that they predict; of other tasks, too, an answer is right here where its class is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.spreads import lends
from suite.analysis.folder.reading import Records
from suite.analysis.folder.values import values
from suite.analysis.statistics import agreement
from suite.analysis.statistics.calibration import gaps
from suite.analysis.statistics.intervals import (
    Interval,
    Spread,
    accuracy_interval,
    mean_squares,
    own_spread,
)
from suite.analysis.statistics.lending import lend
from suite.core.metrics import by_name

CALIBRATION = "calibration_error"
RUNS = 5
"""Of a candidate whose answers are held against others': each pair of runs is looked at."""


@dataclass(frozen=True)
class Answers:
    """One candidate's final runs on the test images: (S, N) each, and the true classes, (N,)."""

    candidate: str
    predicted: NDArray[np.int_]
    confidence: NDArray[np.float64]
    labels: NDArray[np.int_]

    @property
    def hits(self) -> NDArray[np.bool_]:
        return self.predicted == self.labels


def answers(records: Records, rows: pd.DataFrame) -> list[Answers]:
    """Of each row of one track that has a completed final run, in the rows' order."""
    found = []
    for candidate, track in rows[["candidate", "track"]].itertuples(index=False):
        labels, runs = records.labels(candidate, track), records.finals(candidate, track)
        if labels is None or f"{runs[0]}/confidence" not in records.arrays:
            continue
        arrays = [np.stack([records.arrays[f"{run}/{name}"] for run in runs]) for name in ("predicted", "confidence")]
        found.append(Answers(str(candidate), arrays[0], arrays[1].astype(np.float64), labels))
    return found


def calibration(records: Records, track: str, known: Sequence[Answers]) -> list[tuple[str, Interval]]:
    """Each candidate's calibration error with its interval over seeds and test images.

    Confidences are kept with three digits: where the runs' own errors are on record, the intervals lie about these.
    """
    found = {own.candidate: gaps(own.confidence, own.hits) for own in known}
    spreads = _lent(records, {name: own_spread(gap.squares) for name, gap in found.items()})
    metric = by_name(records.task.metrics).get(CALIBRATION)
    shown = []
    for name, gap in found.items():
        interval = gap.interval(spread=spreads.get(name))
        recorded = values(records, name, track, metric) if metric else np.empty(0)
        if len(recorded) == len(gap.errors):
            away = float(recorded.mean()) - interval.mean
            low, high = max(0.0, interval.low + away), min(1.0, interval.high + away)
            interval = replace(interval, mean=interval.mean + away, low=low, high=high)
        shown.append((name, interval))
    return shown


def by_class(records: Records, known: Sequence[Answers]) -> list[tuple[int, dict[str, Interval]]]:
    """For each class that has test images, by candidate the interval of the accuracy on them.

    Candidates lend each other their seeds' spread class by class. Only those that were tested on the same images as the
    first are shown.
    """
    same = [own for own in known if np.array_equal(own.labels, known[0].labels)]
    found = []
    for number in np.unique(known[0].labels) if known else []:
        tables = {own.candidate: own.hits[:, own.labels == number] for own in same}
        spreads = _lent(records, {name: own_spread(mean_squares(table)) for name, table in tables.items()})
        intervals = {name: accuracy_interval(table, spread=spreads.get(name)) for name, table in tables.items()}
        found.append((int(number), intervals))
    return found


@dataclass(frozen=True)
class Alike:
    """How alike two candidates answer, or one candidate's seeds: see `suite.analysis.statistics.agreement`."""

    first: str
    second: str
    same: float
    consistency: float


def alike(known: Sequence[Answers]) -> list[Alike]:
    """Each pair of candidates on the same test images, and each with itself: NaN where it has one run."""
    found = []
    for first, second in combinations_with_replacement(known, 2):
        if not np.array_equal(first.labels, second.labels):
            continue
        other = None if first is second else second
        same = agreement.same_answer(first.predicted[:RUNS], None if other is None else other.predicted[:RUNS])
        kappa = agreement.error_consistency(first.hits[:RUNS], None if other is None else other.hits[:RUNS])
        found.append(Alike(first.candidate, second.candidate, same, math.nan if math.isnan(same) else kappa))
    return found


def _lent(records: Records, own: Mapping[str, Spread]) -> dict[str, Spread]:
    """What stands for each candidate's own spread, of those that have one; nothing where they do not lend."""
    known = {name: spread for name, spread in own.items() if spread.degrees > 0}
    if not lends(records) or len(known) < 2:
        return {}
    return dict(zip(known, lend(list(known.values())), strict=True))
