"""How far each network's confidence is right: accuracy over confidence, bin by bin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from suite.analysis.comparing.answers import answers
from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Value
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records
from suite.analysis.statistics.calibration import Bin, reliability

LEAST = 20
"""Answers in a bin, of all seeds together, from which there is something to see."""


@dataclass(frozen=True)
class Line:
    """One candidate's bins, from the least confidence."""

    label: str
    series: int  # which of the colours; a candidate has the same in every figure
    bins: Sequence[Bin]


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The reliability diagram of one track."""
    track, lines = str(rows.track.iloc[0]), shown(records, rows)
    if lines:
        yield Picture(
            f"calibration-{track}",
            f"Accuracy over confidence, {track} track.",
            "Test images of all final runs together, in 15 bins of equal width by the confidence of their answers; "
            f"bins with fewer than {LEAST} answers are left out. On the dotted line confidence is right, below it a "
            "network is too sure. Bars are 95% intervals over the test images.",
            draw(lines),
            alt=f"Of the surest answers are right: {'; '.join(map(_surest, lines))}.",
        )


def _surest(line: Line) -> str:
    return _text(line.label, line.bins[-1])


def _text(label: str, one: Bin) -> str:
    return f"{label}: {100 * one.accuracy:.1f}% at a confidence of {100 * one.confidence:.1f}%"


def shown(records: Records, rows: pd.DataFrame) -> list[Line]:
    """The candidates that have a bin to show, in the order of the rows."""
    series = list(records.study["candidates"]).index
    found = []
    for own in answers(records, rows):
        bins = [one for one in reliability(own.confidence, own.hits) if one.answers >= LEAST]
        found += [Line(own.candidate, series(own.candidate), bins)] if bins else []
    return found


def draw(lines: Sequence[Line]) -> str:
    """A line for each candidate, in percent, with the diagonal."""
    with mpl.rc_context(drawing.STYLE):
        figure = Figure(figsize=(5.6, 3.9), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 100], [0, 100], color=drawing.INK, linewidth=0.8, linestyle=":")
        for line in lines:
            color, style = drawing.look(line.series, drawing.STYLES)
            sure, right = ([100 * getattr(one, name) for one in line.bins] for name in ("confidence", "accuracy"))
            reach = [[100 * (one.accuracy - one.low) for one in line.bins]]
            reach.append([100 * (one.high - one.accuracy) for one in line.bins])
            axes.errorbar(
                sure, right, yerr=reach, color=color, linestyle=style, marker=".", capsize=2, linewidth=1.4,
                label=line.label,
            )  # fmt: skip
        axes.set(xlabel="confidence [%]", ylabel="accuracy [%]", xlim=(0, 100), ylim=(0, 100))
        figure.legend(loc="outside lower center", ncols=3)
        said = [
            Value(axes, 100 * one.confidence, 100 * one.accuracy, _text(line.label, one))
            for line in lines
            for one in line.bins
        ]
        return drawing.svg(figure, said)
