"""Times to an accuracy as strings: a row for each candidate, a column for each accuracy, as the error it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from suite.analysis.comparing.time_to_accuracy import Course, how_many, mean_time
from suite.analysis.units import MISSING, duration


def time_to_accuracy(found: Mapping[str, list[Course]], levels: Sequence[float]) -> pd.DataFrame:
    """Of `suite.analysis.comparing.time_to_accuracy`; empty without an accuracy."""
    if not levels:
        return pd.DataFrame()
    return pd.DataFrame(
        [
            {"Candidate": name} | {f"{100 * (1 - level):.3g}% error": _cell(runs, level) for level in levels}
            for name, runs in found.items()
        ]
    )


def _cell(runs: list[Course], accuracy: float) -> str:
    """`41 s`; where not every seed comes so far, how many do; a dash for none."""
    mean, some = mean_time(runs, accuracy), how_many(runs, accuracy)
    if math.isfinite(mean):
        return duration(mean)
    return f"{some} of {len(runs)} seeds" if some else MISSING
