"""How far the others are behind the first of a track, with intervals of the differences on the same test images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.sequential import first_looked_at, looks_of
from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder.reading import Records
from suite.analysis.statistics.intervals import Estimate, Interval, Spread, difference
from suite.analysis.statistics.mcnemar import discordant, holm, mid_p
from suite.analysis.statistics.multiple import behind
from suite.core.metrics import by_name

COLUMNS = ["candidate", "behind", "low", "high", "decided", "images_only", "mid_p"]


def to_first(records: Records, rows: pd.DataFrame) -> pd.DataFrame:
    """For each ranked row of one track but the first: its test error minus the first's, a fraction, and its interval.

    `decided` is true where the interval does not hold zero; `images_only` where one seed leaves seeds out of it. At
    most 5% of such tables decide anything that is not so (`suite.analysis.statistics.multiple`). `mid_p`: where each
    row has one seed, McNemar's mid-p value, corrected by Holm for as many comparisons as the rows have pairs, so that
    the first may have been chosen for being first; NaN elsewhere.
    """
    ranked = rows[rows["rank"].notna()]
    if ranked.empty:
        return pd.DataFrame(columns=COLUMNS)
    track, names = str(ranked.track.iloc[0]), [str(name) for name in ranked.candidate]
    metric, lending = by_name(records.task.metrics)[records.task.judged[0]], Lending(records)
    tables = [scores for name in names if (scores := records.scores(name, track, metric)) is not None]
    assert len(tables) == len(names)  # a ranked row has an error, which comes from scores
    looks = looks_of(records.study)
    if looks:
        intervals = first_looked_at(tables, looks)
    else:
        intervals = first_against_rest(tables, [lending.of(name, track, metric) for name in names])
    # The first over all of its seeds may have been behind one at the look of fewer: that is nothing to go by.
    decides = is_ahead if looks else leaves_out_zero
    found = [
        (name, interval.mean, interval.low, interval.high, decides(interval), interval.images_only, p)
        for name, interval, p in zip(names[1:], intervals, single_runs(tables), strict=True)
    ]
    return pd.DataFrame(found, columns=COLUMNS)


def first_against_rest(tables: Sequence[NDArray[np.generic]], spreads: Sequence[Spread | None]) -> list[Interval]:
    """The intervals of the first's accuracy minus each other's, as wide as deciding all of them together asks for.

    `tables` are (S, N) hits on the same N images, the most accurate first; `spreads` what stands for their own. Each
    interval holds its difference in at least 95% of studies, and in at most 5% any leaves out zero falsely.
    """
    found = [
        difference(tables[0], other, (spreads[0], own)) for other, own in zip(tables[1:], spreads[1:], strict=True)
    ]
    _, asked = behind([_ratio(estimate) for estimate in found], [estimate.together for estimate in found])
    return [estimate.interval(quantile) for estimate, quantile in zip(found, asked, strict=True)]


def single_runs(tables: Sequence[NDArray[np.generic]]) -> list[float]:
    """McNemar's mid-p value of the first against each other, corrected by Holm among all pairs; NaN where a table has
    more than one run, or scores that are not hits."""
    if any(len(table) > 1 or not np.isin(table, (0, 1)).all() for table in tables):
        return [math.nan] * (len(tables) - 1)
    found = [mid_p(*discordant(first[0], second[0])) for first, second in combinations(tables, 2)]
    return holm(found)[: len(tables) - 1]


def is_ahead(interval: Interval) -> bool:
    return interval.low > 0


def leaves_out_zero(interval: Interval) -> bool:
    return interval.low > 0 or interval.high < 0


def _ratio(estimate: Estimate) -> float:
    """The difference in standard errors; none where it is within what images that all agree leave open."""
    if abs(estimate.mean) <= estimate.least:
        return 0.0
    return abs(estimate.mean) / math.sqrt(estimate.variance) if estimate.variance > 0 else math.inf
