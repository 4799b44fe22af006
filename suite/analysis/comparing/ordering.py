"""How sure the order of a track's ranked rows is: ranks with intervals, and the probability of being the best."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.differences import leaves_out_zero
from suite.analysis.comparing.sequential import Looks, looks_of, pair_looked_at
from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder.reading import Records
from suite.analysis.statistics.intervals import Interval
from suite.analysis.statistics.ordering import Together, against_all, best, rank_intervals, together
from suite.core.metrics import by_name

COLUMNS = ["candidate", "rank", "low", "high", "best", "images_only"]


def order(records: Records, rows: pd.DataFrame) -> pd.DataFrame:
    """For each ranked row of one track its rank, the interval of that, and the probability of being the best.

    `images_only` where some row's seeds are left out of it: it has one, or they agree on every image. Empty for fewer
    than two ranked rows.
    """
    ranked = rows[rows["rank"].notna()]
    if len(ranked) < 2:
        return pd.DataFrame(columns=COLUMNS)
    track, names = str(ranked.track.iloc[0]), [str(name) for name in ranked.candidate]
    metric, lending, looks = (
        by_name(records.task.metrics)[records.task.judged[0]],
        Lending(records),
        looks_of(records.study),
    )
    tables = [scores for name in names if (scores := records.scores(name, track, metric)) is not None]
    assert len(tables) == len(names)  # a ranked row has an error, which comes from scores
    found = together(tables, [None if looks else lending.of(name, track, metric) for name in names])
    ranks = rank_intervals(decided(found, tables, looks))
    chances = best(found.means, found.covariance, found.degrees)
    alone = any(pair.interval(0.0).images_only for pair in found.pairs.values())
    return pd.DataFrame(
        [
            (name, int(rank), low, high, float(chance), alone)
            for name, rank, (low, high), chance in zip(names, ranked["rank"], ranks, chances, strict=True)
        ],
        columns=COLUMNS,
    )


def decided(found: Together, tables: Sequence[NDArray[np.generic]], looks: Looks | None) -> NDArray[np.bool_]:
    """(K, K): the one of the row is decided better than that of the column; in 95% of tables no pair falsely."""
    count = len(tables)
    better = np.zeros((count, count), dtype=bool)
    for a, b in combinations(range(count), 2):
        interval = _interval(found, tables, (a, b), looks)
        better[a, b], better[b, a] = interval.low > 0, interval.high < 0
    return better


def _interval(
    found: Together, tables: Sequence[NDArray[np.generic]], pair: tuple[int, int], looks: Looks | None
) -> Interval:
    if looks is None:
        return against_all(found.pairs[pair], len(tables))
    first, second = pair
    return pair_looked_at(tables[first], tables[second], len(tables), looks, leaves_out_zero)
