"""What a report draws for one task alone, one file for each kind: a task names those that it wants (`drawn`).

Each module has `pictures(records, rows) -> Iterator[Picture]`, where `rows` are those of one track.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pandas as pd

from suite.analysis.figures.picture import Picture
from suite.analysis.folder.collect import MANY
from suite.analysis.folder.reading import Records

FIRST = 6
"""Candidates of a track that have pictures of their own, where there are many: the first."""


def own(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one track that have pictures of their own: a page of many candidates would take long to open."""
    return rows if len(rows) <= MANY else rows.head(FIRST)


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """What the records' task has drawn of one track, in its order."""
    for name in records.task.drawn:
        yield from importlib.import_module(f"{__name__}.{name}").pictures(records, rows)
