"""Best against trials: how far each candidate's search had come after so many trials, and what they could be expected
to find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from suite.analysis.comparing.tuning import best_so_far, courses
from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import MOST_VALUES, Value
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records

LEAST = 4
"""Trials from which the expected best is drawn: of fewer, it is little more than their mean and their best."""


@dataclass(frozen=True)
class Course:
    """One candidate's search, as validation errors in percent.

    best: (trials,) the lowest of those that ran to the end among the first 1, 2, ... trials, NaN before there is one.
    expected: (trials,) that of so many trials drawn from all; None where there are too few.
    """

    label: str
    series: int
    best: NDArray[np.float64]
    expected: NDArray[np.float64] | None

    @property
    def falls(self) -> NDArray[np.int_]:
        """The trials, from 1, that were better than all before them."""
        before = np.concatenate([[np.inf], np.fmin.accumulate(self.best)[:-1]])
        return 1 + np.flatnonzero(self.best < np.where(np.isnan(before), np.inf, before))

    @property
    def text(self) -> str:
        """The course in words: `resnet20: 21.3% after trial 3 of 8, 22.0% expected of so many`."""
        if not len(self.falls):
            return f"{self.label}: none of {len(self.best)} trials ran to the end"
        expected = "" if self.expected is None else f", {self.expected[-1]:.1f}% expected of so many"
        return f"{self.label}: {self.best[-1]:.1f}% after trial {self.falls[-1]} of {len(self.best)}{expected}"


def pictures(records: Records, track: str) -> Iterator[Picture]:
    """The courses of one track as a picture, where a search had more than one trial."""
    found, expected = best_so_far(records, track), courses(records, track)
    series = list(records.study["candidates"]).index
    lines = [
        Course(name, series(name), 100 * (1 - best), 100 * (1 - expected[name]) if len(best) >= LEAST else None)
        for name, best in found.items()
        if len(best) > 1
    ]
    if not lines:
        return
    curves = (
        " Thin lines: the expected best of so many trials, were they drawn independently from all that were seen, "
        "whatever their order (Dodge et al. 2019): who would look better for having been given more."
    )
    yield Picture(
        f"tuning-{track}",
        f"Best against trials, {track} track.",
        "The lowest validation error so far, of trials that ran to the end; marks are trials that were better than all "
        f"before them.{curves if any(line.expected is not None for line in lines) else ''}",
        draw(lines),
        alt=f"{'; '.join(line.text for line in lines)}.",
    )


def draw(lines: Sequence[Course]) -> str:
    """A line of steps for each candidate, with a mark of its own where it falls, and thin ones for what is expected."""
    with mpl.rc_context(drawing.STYLE):
        figure = Figure(figsize=(5.6, 3.7), layout="constrained")
        axes = figure.subplots()
        said, shown = [], []
        for line in lines:
            # Marks change with the colour, so that lines are told apart without colours, too.
            color, marker = drawing.COLORS[line.series % len(drawing.COLORS)], _marker(line.series)
            trials = np.arange(1.0, len(line.best) + 1)
            shown += axes.plot(
                trials, line.best, color=color, drawstyle="steps-post", linewidth=1.6, marker=marker, markersize=6,
                markevery=list(line.falls - 1), label=line.label,
            )  # fmt: skip
            if line.expected is not None:
                axes.plot(trials, line.expected, color=color, linewidth=0.9, linestyle=(0, (3, 2)))
            said += [
                Value(axes, trial, line.best[trial - 1], f"{line.label}: {line.best[trial - 1]:.4g} at trial {trial}")
                for trial in line.falls[-MOST_VALUES:]
            ]
        if any(line.expected is not None for line in lines):
            shown.append(Line2D([], [], color=drawing.INK, linewidth=0.9, linestyle=(0, (3, 2)), label="expected best"))
        axes.set(xlabel="trials", ylabel="best validation error [%]")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        figure.legend(handles=shown, loc="outside lower center", ncols=3)
        return drawing.svg(figure, said)


def _marker(series: int) -> str:
    return drawing.MARKERS[series % len(drawing.MARKERS)]
