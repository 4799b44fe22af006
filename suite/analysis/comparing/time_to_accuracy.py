"""How long candidates train until they are as accurate as somebody asks for, on the validation images.

The time of a final run is that of its training steps up to the end of the first epoch that has the accuracy (as MLPerf
Training measures it: Mattson et al. 2020). A candidate has a time where every one of its seeds comes so far: a mean
over those that do would be of the lucky ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.folder import clocks, epochs
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed

LEVELS = (
    0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995,
    0.998,
)  # fmt: skip
"""Accuracies of which a table has the highest that tell candidates apart, where a study asks for none."""
SHOWN = 6


@dataclass(frozen=True)
class Course:
    """One final run: its accuracy after each epoch, and the seconds of training steps until then; both (E,)."""

    accuracy: NDArray[np.float64]
    seconds: NDArray[np.float64]

    def time_to(self, accuracy: float) -> float:
        """Seconds to the end of the first epoch that has the accuracy; infinite where none has."""
        there = self.accuracy >= accuracy
        return float(self.seconds[there.argmax()]) if there.any() else float("inf")


def courses(records: Records, rows: pd.DataFrame) -> dict[str, list[Course]]:
    """By candidate those of its completed final runs, of one track, whose table is `rows`.

    Of candidates whose times may be compared and whose every run was validated: none where runs trained on the
    validation images.
    """
    track = str(rows.track.iloc[0])
    found = {name: _of(records, name, track) for name in clocks.comparable(rows)}
    return {name: runs for name, runs in found.items() if runs}


def _of(records: Records, candidate: str, track: str) -> list[Course]:
    runs, found = completed(records, candidate, track).to_dict("records"), []
    for run in runs:
        own = epochs.curve(records, run, records.task.selection)
        if own is not None:
            found.append(Course(own.astype(np.float64), epochs.ends(records, run, len(own))))
    return found if len(found) == len(runs) else []


def levels(found: dict[str, list[Course]], asked: tuple[float, ...] = ()) -> list[float]:
    """The accuracies that a table has, rising: those `asked` for, else the highest that so many candidates reach with
    every seed, for each number of candidates from two (or the only one) on."""
    if asked:
        return sorted(set(asked))
    highest: dict[int, float] = {}
    for level in LEVELS:
        highest[sum(bool(np.isfinite(mean_time(runs, level))) for runs in found.values())] = level
    return sorted(level for count, level in highest.items() if count >= max(1, min(2, len(found))))[-SHOWN:]


def mean_time(runs: list[Course], accuracy: float) -> float:
    """Seconds, the mean over a candidate's runs; infinite where one of them does not come so far."""
    return float(np.mean([run.time_to(accuracy) for run in runs]))


def how_many(runs: list[Course], accuracy: float) -> int:
    """How many of a candidate's runs come so far."""
    return sum(bool(np.isfinite(run.time_to(accuracy))) for run in runs)
