"""Published figures with a mark instead of their conditions, which stand below the table, each once."""

from __future__ import annotations

import pandas as pd

from suite.analysis.table import headings

MARKED = (headings.PUBLISHED_PARAMETERS, headings.PUBLISHED, headings.PUBLISHED_TOP5)
"""The columns whose cells say a figure, and then in brackets what it was measured under and by whom."""


def footnoted(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """A frame of strings whose published figures are marked, `8.75% [1]`, and the texts that the marks stand for, in
    the order of the rows; equal texts share a mark."""
    numbers: dict[str, int] = {}
    rows = []
    for row in frame.to_dict("records"):
        for name in MARKED:
            if name in row:
                row[name] = _marked(str(row[name]), numbers)
        rows.append(row)
    return pd.DataFrame(rows, columns=frame.columns, index=frame.index), list(numbers)


def _marked(cell: str, numbers: dict[str, int]) -> str:
    figure, text = split(cell)
    if not text:
        return cell
    return f"{figure} [{numbers.setdefault(text, len(numbers) + 1)}]"


def split(cell: str) -> tuple[str, str]:
    """A figure and what is said of it: `9% (1-crop, val); also 8% (10-crop)` gives `9%` and `1-crop, val; also 8%
    (10-crop)`. The text is empty where nothing is said in brackets, or they do not close."""
    figure, _, rest = cell.partition(" (")
    depth = 1
    for place, letter in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            further = rest[place + 1 :]
            if further.startswith(" (") and further.endswith(")"):
                further = f"; {further[2:-1]}"
            return figure, rest[:place] + further
    return cell, ""
