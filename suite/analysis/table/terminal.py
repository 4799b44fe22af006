"""The table as a terminal shows it: the columns that answer the question, aligned, as wide as they need to be."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from suite.analysis.comparing.claims import Judgement, judgements
from suite.analysis.comparing.differences import to_first
from suite.analysis.folder import reading
from suite.analysis.table import headings, presentation, reference
from suite.analysis.table.arranging import arranged, columns
from suite.analysis.table.cells import quoted
from suite.analysis.table.headings import NUMBERS
from suite.core.directories import STUDY

SHOWN = (
    *(headings.RANK, headings.ARCHITECTURE, headings.ERROR, headings.BALANCED_ERROR, headings.COUNT),
    *(headings.PARAMETERS, headings.MACS, *headings.CLOCKED, headings.TUNING, *headings.TIMED),
    *(headings.PUBLISHED, headings.NOTE),
)


PAGE = 120
"""Characters of a line of text where nobody's terminal says how wide it is."""
ALWAYS = (headings.RANK, headings.ARCHITECTURE, headings.ERROR, headings.COUNT)
"""What stays however narrow a terminal is."""


def summary(folder: Path, rows: pd.DataFrame) -> str:
    """One aligned table for each study and track, as wide as the terminal at most, and where the report lies.

    Of one study also what the page says first: who leads, whether that is decided, and what became of its claims.
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    alone = reading.read(folder) if rows.study.nunique() == 1 and (folder / STUDY).exists() else None
    telling = alone if alone and not alone.meaningless else None
    parts = []
    for _, part in rows.groupby(["study", "track"], sort=False):
        parts += [_heading(part), fitted(compact(part, alone.study if alone else {}), width)]
        if telling:
            parts.append(textwrap.fill(presentation.headline(part, to_first(telling, part)), width or PAGE))
    if telling and (claims := _verdicts(judgements(telling))):
        parts.append("\n".join(claims))
    return "\n\n".join([*parts, f"report: {folder / 'report.html'}"])


def _verdicts(judged: Sequence[Judgement]) -> list[str]:
    """Each claim in a line, with its verdict before it."""
    return [f"{claim.verdict}: {claim.text}  {presentation.advantage(claim)}" for claim in judged]


def _heading(rows: pd.DataFrame) -> str:
    """What the table is of, and what must be known before its numbers."""
    first = rows.iloc[0]
    state = "still running" if first.state == "running" else "" if first.state == "finished" else str(first.state)
    warnings = [str(text).upper() for text in (first.stamp, state) if text]
    return ": ".join([f"{first.study} on {first.dataset}, budget {first.budget}, {first.track} track", *warnings])


def compact(rows: pd.DataFrame, study: Mapping[str, Any] = MappingProxyType({})) -> pd.DataFrame:
    """The columns that a study wants, or else those a terminal has room for, of one track, as strings."""
    rows = arranged(rows, study)
    shown = presentation.present(rows)
    if headings.PUBLISHED in shown:  # the source is in the report
        brief = [quoted(row, "published", ["condition"]) for row in presentation.as_rows(rows)]
        shown.loc[shown.index != reference.INDEX, headings.PUBLISHED] = brief
    return shown[columns(shown, study) or [name for name in SHOWN if name in shown]]


def fitted(frame: pd.DataFrame, width: int | None) -> str:
    """The table without its last columns as far as it would be wider than `width`; they are named below it."""
    text, gone = aligned(frame), list[str]()
    while width is not None and max(map(len, text.splitlines())) > width:
        optional = [name for name in frame if name not in ALWAYS]
        if not optional:
            break
        gone.insert(0, str(optional[-1]))
        frame = frame.drop(columns=optional[-1])
        text = aligned(frame)
    return text + (f"\n\nnot shown, for the terminal is narrow: {', '.join(gone)}" if gone else "")


def aligned(frame: pd.DataFrame) -> str:
    """Columns of strings padded to their widths, with a rule under the headings."""
    widths = [max(len(str(value)) for value in (name, *frame[name])) for name in frame]
    rows = [list(frame.columns), ["─" * width for width in widths], *frame.itertuples(index=False)]
    return "\n".join(
        "  ".join(
            f"{value:>{width}}" if name in NUMBERS else f"{value:<{width}}"
            for name, value, width in zip(frame.columns, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
