"""Which figures a report has, and what each draws: from records to `figures`' plain values."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from suite.analysis.folder import Records


@dataclass(frozen=True)
class Picture:
    """A drawn figure, with the words that a page puts beside it."""

    name: str  # of the file, without its ending
    title: str
    caption: str
    svg: str


def pictures(records: Records, rows: pd.DataFrame) -> list[Picture]:
    """All figures of a report, in the order of the page."""
    return []
