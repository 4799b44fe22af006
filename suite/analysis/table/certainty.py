"""How sure a track's results are, as tables of strings: the order, the tuning, confidence, classes, agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.answers import Alike
from suite.analysis.statistics.intervals import Interval
from suite.analysis.table import headings
from suite.analysis.units import MISSING, missing, percent, points

CLASSES = 20
"""Classes of which a table shows all; of more, those on which the candidates err most."""
CANDIDATES = 12
"""More columns than a page should hold."""


def order(frame: pd.DataFrame) -> pd.DataFrame:
    """Of `suite.analysis.comparing.ordering.order`."""
    return pd.DataFrame(
        [
            {
                "Candidate": name,
                headings.RANK: str(rank),
                headings.RANKS: str(low) if low == high else f"{low} to {high}",
                headings.BEST: chance_of(best),
            }
            for name, rank, low, high, best, _ in frame.itertuples(index=False)
        ]
    )


def chance_of(probability: float) -> str:
    """A computed probability in whole percent: `62%`, `<1%`, `>99%`."""
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{100 * probability:.0f}%"


def tuning(frame: pd.DataFrame, courses: Mapping[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Of `suite.analysis.comparing.tuning`: its optimism and courses, as errors, without columns that say nothing."""
    most = max(map(len, courses.values()), default=0)
    numbers = [2**power for power in range(most.bit_length()) if 2**power < most] + ([most] if most else [])
    rows = []
    for row in frame.to_dict("records"):
        course = courses.get(str(row["candidate"]), np.empty(0))
        rows.append(
            {
                "Candidate": row["candidate"],
                headings.TRIALS: str(row["trials"]),
                headings.BEST_TRIAL: f"{percent(1 - row['best'])}%",
                headings.FRESH: _complement(row["fresh"], row["fresh_low"], row["fresh_high"]),
                headings.FLATTERY: _points(row["flattery"], row["low"], row["high"]),
            }
            | {f"Best of {n}": f"{percent(1 - course[n - 1])}%" if n <= len(course) else MISSING for n in numbers}
        )
    shown = pd.DataFrame(rows)
    return shown[[name for name in shown if not (shown[name] == MISSING).all()]]


def flattery(frame: pd.DataFrame) -> pd.DataFrame:
    """Of `suite.analysis.comparing.flattery`, as errors."""
    return pd.DataFrame(
        [
            {
                "Candidate": row["candidate"],
                headings.LAST: f"{percent(1 - row['last'])}%",
                headings.BEST_EPOCH: f"{percent(1 - row['best'])}%",
                headings.FLATTERY: _points(row["flattery"], row["low"], row["high"]),
                headings.EPOCHS: str(row["epochs"]),
            }
            for row in frame.to_dict("records")
        ]
    )


def calibration(found: Sequence[tuple[str, Interval]]) -> pd.DataFrame:
    """Each candidate's calibration error."""
    return pd.DataFrame([{"Candidate": name, headings.CALIBRATION: _interval(one)} for name, one in found])


def by_class(found: Sequence[tuple[int, Mapping[str, Interval]]], classes: Sequence[str]) -> pd.DataFrame:
    """Errors on each class's test images, a column for each candidate."""
    worst = sorted(found, key=lambda item: np.mean([one.mean for one in item[1].values()]))[:CLASSES]
    shown = found if len(found) <= CLASSES else worst
    return pd.DataFrame(
        [
            {"Class": classes[number], headings.IMAGES: f"{next(iter(own.values())).images:,}"}
            | {name: _complement(one.mean, one.low, one.high) for name, one in list(own.items())[:CANDIDATES]}
            for number, own in shown
        ]
    )


def alike(found: Sequence[Alike]) -> pd.DataFrame:
    """A triangle: in each cell the share of the same answers, and in brackets how far beyond chance errors coincide."""
    names = list(dict.fromkeys(pair.first for pair in found))[:CANDIDATES]
    cells = {(pair.first, pair.second): _alike(pair) for pair in found}
    return pd.DataFrame(
        [{"Candidate": second} | {first: cells.get((first, second), "") for first in names} for second in names]
    )


def _alike(pair: Alike) -> str:
    if missing(pair.same):
        return MISSING
    return f"{100 * pair.same:.1f}%" + ("" if missing(pair.consistency) else f" ({pair.consistency:.2f})")


def _interval(interval: Interval) -> str:
    return f"{percent(interval.mean)}% ({percent(interval.low)} to {percent(interval.high)})"


def _complement(mean: float, low: float, high: float) -> str:
    """An accuracy with its interval as an error: `12.50% (10.00 to 15.00)`."""
    if missing(mean):
        return MISSING
    between = "spread unknown" if missing(low) else f"{percent(1 - high)} to {percent(1 - low)}"
    return f"{percent(1 - mean)}% ({between})"


def _points(mean: float, low: float, high: float) -> str:
    if missing(mean):
        return MISSING
    return f"{points(mean)} ({'spread unknown' if missing(low) else f'{points(low)} to {points(high)}'})"
