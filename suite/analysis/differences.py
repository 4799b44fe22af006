"""How far the others are behind the first of a track, with intervals of the differences on the same test images."""

from __future__ import annotations

import pandas as pd

from suite.analysis.reading import Records
from suite.analysis.statistics import Interval, difference_interval
from suite.core.metrics import by_name

COLUMNS = ["candidate", "behind", "low", "high", "decided", "images_only"]


def to_first(records: Records, rows: pd.DataFrame) -> pd.DataFrame:
    """For each ranked row of one track but the first: its test error minus the first's, a fraction, and its interval.

    `decided` is true where the interval does not hold zero; `images_only` where one seed leaves seeds out of it. Each
    is the interval of one comparison: they are not corrected for how many there are, nor for the first having been
    chosen for being first.
    """
    ranked = rows[rows["rank"].notna()]
    found = []
    for row in ranked.iloc[1:].itertuples():
        interval = _behind(records, str(row.candidate), str(ranked.candidate.iloc[0]), str(row.track))
        decided = interval.low > 0 or interval.high < 0
        found.append((row.candidate, interval.mean, interval.low, interval.high, decided, interval.images_only))
    return pd.DataFrame(found, columns=COLUMNS)


def _behind(records: Records, candidate: str, first: str, track: str) -> Interval:
    metric = by_name(records.task.metrics)[records.task.judged[0]]
    best, other = records.scores(first, track, metric), records.scores(candidate, track, metric)
    assert best is not None
    assert other is not None  # a ranked row has an error, which comes from scores
    return difference_interval(best, other)
