"""The lineage as a timeline: the years go down the page, errors across it, measured ones beside published ones.

A row for each candidate, so that no two names meet however many there are. A disc's area grows with the root of the
number of parameters: from LeNet-5 to VGG-16 that number grows two thousand times.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Value
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records
from suite.analysis.units import MISSING, missing, scaled

MEASURED, PUBLISHED, IMAGENET = "measured here", "published", "published on ImageNet, top-5"
MARKS = {MEASURED: "o", PUBLISHED: "s", IMAGENET: "D"}
UNKNOWN = 3e5
"""Parameters of the size that a mark has where nobody published how many there are."""


@dataclass(frozen=True)
class Mark:
    """One error of a row, in percent. params: of the network that has it; None where that is not known."""

    kind: str
    error: float
    params: float | None
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One candidate with its architecture's year."""

    label: str
    series: int
    year: int
    marks: tuple[Mark, ...]


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The timeline of one track, where its measured candidates are of two years or more."""
    found = timeline(records, rows)
    if len({row.year for row in found}) < 2:
        return
    kinds = list(dict.fromkeys(mark.kind for row in found for mark in row.marks))
    track, dataset = str(rows.track.iloc[0]), str(records.study["dataset"])
    beside = "" if len(kinds) == 1 else (
        " Published errors are of the original networks, each under a condition of its own: it is said at the mark, "
        "and in the table under “Beside what was published”."
    )  # fmt: skip
    yield Picture(
        f"timeline-{track}",
        f"Year against test error, {track} track.",
        f"A row for each candidate, the year of its architecture at the left. Filled discs are measured here, on "
        f"{dataset}, with their 95% intervals. The area of a mark grows with the root of the number of parameters."
        f"{beside}",
        draw_timeline(found),
        alt=" ".join(f"{row.year} {'; '.join(mark.text for mark in row.marks)}." for row in found),
    )


def timeline(records: Records, rows: pd.DataFrame) -> list[Row]:
    """The rows by year, within a year the worst first; nothing where papers publish something else than is measured."""
    if not records.task.published:
        return []
    series = list(records.study["candidates"]).index
    found = [
        Row(row["candidate"], series(row["candidate"]), int(row["year"]), tuple(_marks(records, row)))
        for row in rows.to_dict("records")
        if not missing(row["year"]) and not missing(row["test_error"])
    ]
    return sorted(found, key=lambda row: (row.year, -row.marks[0].error))


def _marks(records: Records, row: Mapping[Hashable, Any]) -> Iterator[Mark]:
    name, error = row["candidate"], 100 * row["test_error"]
    low, high = 100 * row["test_error_low"], 100 * row["test_error_high"]
    count = None if missing(row["trainable_params"]) else float(row["trainable_params"])
    yield Mark(
        MEASURED, error, count, f"{name} {error:.2f}% ({low:.2f} to {high:.2f}) measured, {_size(count)}", low, high
    )
    facts = records.facts_of(name)
    exact = (facts.get("published") or {}).get("params")
    original = float(exact) if exact else None
    for kind, column in ((PUBLISHED, "published"), (IMAGENET, "published_top5")):
        if not missing(row[f"{column}_error"]):
            found = 100 * row[f"{column}_error"]
            condition = row[f"{column}_condition"] or "condition not stated"
            where = kind if kind == IMAGENET else f"published on {records.study['dataset']}"
            yield Mark(kind, found, original, f"{name} {found:.3g}% {where} ({condition}), {_size(original)}")


def _size(params: float | None) -> str:
    said = scaled(params)
    return "parameters not published" if said == MISSING else f"{said} parameters"


def area(params: float | None) -> float:
    """Of a mark, in square points: from 7 for LeNet-5's 62 thousand parameters to 350 for VGG-16's 138 million."""
    return max(5.0, 0.03 * math.sqrt(params or UNKNOWN))


def draw_timeline(rows: Sequence[Row]) -> str:
    """The rows from the first year, each error at its place and as large as its network."""
    with mpl.rc_context(drawing.STYLE):
        figure = Figure(figsize=(5.6, 1.5 + 0.31 * len(rows)), layout="constrained")
        axes = figure.subplots()
        said = []
        for place, row in enumerate(rows):
            color, _ = drawing.look(row.series, drawing.MARKERS)
            errors = [mark.error for mark in row.marks if mark.kind != IMAGENET]
            axes.plot([min(errors), max(errors)], [place, place], color=color, linewidth=0.8, alpha=0.5, zorder=1.5)
            for mark in row.marks:
                filled = mark.kind == MEASURED
                axes.scatter(
                    [mark.error], [place], s=area(mark.params), marker=MARKS[mark.kind], linewidths=1.2,
                    facecolors=color if filled else "none", edgecolors=color, alpha=0.85 if filled else 1.0, zorder=3,
                )  # fmt: skip
                if mark.low is not None and mark.high is not None:
                    axes.plot([mark.low, mark.high], [place, place], color=drawing.INK, linewidth=1.0, zorder=2)
                said.append(Value(axes, mark.error, place, mark.text))
        for place in range(1, len(rows)):
            if rows[place].year != rows[place - 1].year:
                axes.axhline(place - 0.5, color=drawing.INK, linewidth=0.5, alpha=0.3)
        axes.set_yticks(range(len(rows)), [f"{row.label}  {row.year}" for row in rows])
        axes.set(xlabel="error [%]", ylim=(len(rows) - 0.4, -0.6))
        axes.set_xlim(left=0)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        figure.legend(
            handles=[*_kinds(rows), *_sizes()], loc="outside lower center", ncols=3, columnspacing=1.2, labelspacing=0.9
        )
        return drawing.svg(figure, said)


def _kinds(rows: Sequence[Row]) -> list[Line2D]:
    """What each form of mark is."""
    there = {mark.kind for row in rows for mark in row.marks}
    fill = {MEASURED: drawing.INK}
    return [
        Line2D([], [], linestyle="", marker=form, markersize=6, markerfacecolor=fill.get(kind, "none"),
               markeredgecolor=drawing.INK, label=kind)
        for kind, form in MARKS.items()
        if kind in there
    ]  # fmt: skip


def _sizes() -> list[Line2D]:
    """How large a mark is for so many parameters."""
    return [
        Line2D([], [], linestyle="", marker="o", markersize=2 * math.sqrt(area(count) / math.pi),
               markerfacecolor="none", markeredgecolor=drawing.INK, label=f"{scaled(count)} parameters")
        for count in (1e5, 1e7, 1e8)
    ]  # fmt: skip
