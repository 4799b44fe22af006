"""By how much the best epoch by test would have flattered each row: of runs that were tested after each epoch, too.

The suite reports the last weights. Who reports the best of all epochs by the test images themselves takes the highest
of many noisy figures, and is the more flattered the more epochs there are.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from suite.analysis.comparing.by_run import mean_interval
from suite.analysis.folder.reading import Records
from suite.core.by_epoch import ARRAY

COLUMNS = ["candidate", "last", "best", "flattery", "low", "high", "epochs"]


def flattery(records: Records, rows: pd.DataFrame) -> pd.DataFrame:
    """For each row of one track whose final runs were all tested after each epoch: accuracy after the last epoch, after
    the best one of each run, and the second minus the first with its interval over the seeds; means over the seeds.

    Epochs at which nobody looked are left out, such as those before the study asked; a row is where nobody looked at
    the last of a run, for its study asked no longer. Empty where none was asked for.
    """
    found = []
    for candidate, track in rows[["candidate", "track"]].itertuples(index=False):
        runs = records.finals(candidate, track)
        courses = [
            records.arrays[f"{run}/{ARRAY}"].astype(np.float64) for run in runs if f"{run}/{ARRAY}" in records.arrays
        ]
        if not courses or len(courses) < len(runs) or not all(np.isfinite(course[-1]) for course in courses):
            continue
        last, best = (np.array([float(of(course)) for course in courses]) for of in (_last, np.nanmax))
        interval = mean_interval(best - last, bounds=(0.0, 1.0))
        ends = (interval.low, interval.high) if interval else (math.nan, math.nan)
        epochs = max(map(len, courses))
        found.append((candidate, last.mean(), best.mean(), (best - last).mean(), *ends, epochs))
    return pd.DataFrame(found, columns=COLUMNS)


def _last(course: np.ndarray) -> float:
    return float(course[-1])
