"""How soon each candidate was how accurate: of each track a table with what must be known of it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from suite.analysis.comparing import time_to_accuracy as times
from suite.analysis.folder import epochs
from suite.analysis.folder.reading import Records
from suite.analysis.pages.certainty import Part
from suite.analysis.table.time_to_accuracy import time_to_accuracy
from suite.core.arrangement import Arrangement

NOTE = (
    "The time of training steps to the end of the first epoch with at most that error on the validation images, the "
    "mean over the final runs. A dash: none of them came so far; 1 of 3 seeds: not every one did, which has no mean"
)


def parts(records: Records, rows: pd.DataFrame) -> list[Part]:
    """Of each track that has times; `rows` is the study's table."""
    return [part for track, own in rows.groupby("track", sort=False) for part in _part(records, str(track), own)]


def _part(records: Records, track: str, rows: pd.DataFrame) -> Iterator[Part]:
    found = times.courses(records, rows)
    table = time_to_accuracy(found, times.levels(found, Arrangement.described(records.study).reach))
    if not table.empty:
        evenly = "" if epochs.all_known(records, found, track) else f". A run's time is {epochs.EVENLY}"
        yield Part(f"Time to an accuracy, {track} track", table, f"{NOTE}{evenly}.")
