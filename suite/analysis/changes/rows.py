"""Row by row: rank and error before and after, and how sure the change is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from suite.analysis.changes.flips import Flips, flips, voted
from suite.analysis.comparing.ranking import TEST_SET, conditions
from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder.reading import Records
from suite.analysis.statistics.intervals import Interval, difference_interval
from suite.analysis.statistics.unpaired import unpaired_interval
from suite.analysis.table.columns import table
from suite.analysis.table.presentation import as_rows
from suite.core.metrics import by_name

CAME, WENT, UNMEASURED = "came", "went", "not measured"
ALIKE, SAME_IMAGES, OTHER_IMAGES = "same predictions", "same test images", "other test images"


@dataclass(frozen=True)
class RowChange:
    """One candidate on one track. before, after: its rows of the two tables (`suite.analysis.table.columns`).

    change: of the test error, after minus before, a fraction. how: what the change is measured on, or why there is
    none. flips: None where the test images are others.
    """

    candidate: str
    track: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    change: Interval | None
    flips: Flips | None
    how: str


def row_changes(old: Records, new: Records) -> list[RowChange]:
    """The rows of both tables: in the order of the new one, then those that went."""
    before, after = _by_place(table(old)), _by_place(table(new))
    lending = Lending(old), Lending(new)
    return [_row(lending, place, before.get(place), after.get(place)) for place in dict.fromkeys([*after, *before])]


def _by_place(rows: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["candidate"], row["track"]): row for row in as_rows(rows)}


def _row(
    lending: tuple[Lending, Lending],
    place: tuple[str, str],
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> RowChange:
    if before is None or after is None:
        return RowChange(*place, before, after, None, None, CAME if before is None else WENT)
    both = [own.records for own in lending]
    metric = by_name(both[0].task.metrics)[both[0].task.judged[0]]
    scores = [records.scores(*place, metric) for records in both]
    if scores[0] is None or scores[1] is None:
        return RowChange(*place, before, after, None, None, UNMEASURED)
    spreads = [own.of(*place, metric) for own in lending]
    if not same_images(both[0], both[1], *place):
        return RowChange(
            *place, before, after, unpaired_interval(scores[0], scores[1], spreads=spreads), None, OTHER_IMAGES
        )
    labels = both[0].labels(*place)
    assert labels is not None  # there are scores
    flipped = flips(voted(both[0], *place), voted(both[1], *place), labels)
    if same_predictions(both[0], both[1], *place):
        return RowChange(*place, before, after, None, flipped, ALIKE)
    change = difference_interval(scores[0], scores[1], spreads=spreads)  # before - after: the error's after - before
    return RowChange(*place, before, after, change, flipped, SAME_IMAGES)


def same_images(old: Records, new: Records, candidate: str, track: str) -> bool:
    """Whether a candidate was tested on the same images in the same order: their hash and their labels agree."""
    found = [conditions(records, candidate, track) for records in (old, new)]
    return all(found[0].get(name) is not None and found[0].get(name) == found[1].get(name) for name in TEST_SET)


def same_predictions(old: Records, new: Records, candidate: str, track: str) -> bool:
    """Whether all final runs of a candidate predicted the same, bit for bit, in both."""
    names = old.finals(candidate, track)
    return names == new.finals(candidate, track) and all(
        np.array_equal(old.arrays[key], new.arrays.get(key, ()))
        for key in (f"{name}/{kept}" for name in names for kept in old.task.kept)
        if key in old.arrays
    )
