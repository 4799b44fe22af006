"""The figures: plain values of what is drawn, then the drawing, as SVG that is the same bytes every time.

Imports nothing else of the suite. Matplotlib is used through its objects, not pyplot, so nothing global changes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogFormatter, MaxNLocator
from numpy.typing import NDArray

INK, PAPER = "#1b1b1e", "#fffffe"
"""Colours that nothing else has: a page replaces them by its own, so that figures follow light and dark."""

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f7f7f", "#8c510a")
"""Okabe and Ito's palette, which colour-blind readers tell apart; its yellow and black are replaced."""

STYLES, MARKERS = ("-", "--", ":", "-."), "osD^vP"
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "figure",  # identifiers come from it and the content, not from chance
    "svg.fonttype": "none",  # text stays text: searchable, and small
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9.0,
    "text.parse_math": False,  # a dollar in a class's name is a dollar
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), PAPER),
}


@dataclass(frozen=True)
class Curve:
    """One candidate's course over the epochs: the mean over its seeds, and the lowest and highest seed; all (E,)."""

    label: str
    series: int  # which of the colours; a candidate has the same in every figure
    epochs: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """One candidate's error, in percent with its interval, at its multiply-adds."""

    label: str
    series: int
    macs: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Trial:
    """One search trial: its error in percent, and what became of it."""

    candidate: str
    error: float
    outcome: str  # completed or pruned
    selected: bool


def curve(label: str, series: int, runs: Sequence[NDArray[Any]]) -> Curve:
    """Mean and extremes over runs, up to the epoch that all of them reached.

    Each run is (E,), one value for each epoch. Epochs count from 1.
    """
    length = min(len(run) for run in runs)
    table = np.stack([np.asarray(run[:length], dtype=np.float64) for run in runs])
    return Curve(label, series, np.arange(1.0, length + 1), table.mean(axis=0), table.min(axis=0), table.max(axis=0))


def look(series: int, kinds: Sequence[str]) -> tuple[str, str]:
    """The colour of a series, and which of the kinds (line styles, markers): colours repeat, the pair does so later."""
    return COLORS[series % len(COLORS)], kinds[series // len(COLORS) % len(kinds)]


def draw_curves(curves: Sequence[Curve], name: str, over: str = "epoch") -> str:
    """A line for each curve's mean and a band for its extremes, over the epochs; `name` is of the vertical axis, `over`
    of the other where that shows something else."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.6, 3.7), layout="constrained")
        axes = figure.subplots()
        for line in curves:
            color, style = look(line.series, STYLES)
            dot = "o" if len(line.epochs) == 1 else None  # a line of one point would not be seen
            axes.plot(line.epochs, line.mean, color=color, linestyle=style, marker=dot, linewidth=1.6, label=line.label)
            axes.fill_between(line.epochs, line.low, line.high, color=color, alpha=0.18, linewidth=0)
        axes.set(xlabel=over, ylabel=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        figure.legend(loc="outside lower center", ncols=3)
        return svg(figure)


def places(points: Sequence[Point]) -> list[float]:
    """Where each point stands on the axis of multiply-adds: its own, or 3% apart where several are as good as equal."""
    groups = [round(math.log10(point.macs) / 0.03) for point in points]
    steps = [groups[:index].count(group) - (groups.count(group) - 1) / 2 for index, group in enumerate(groups)]
    return [point.macs * 1.03**step for point, step in zip(points, steps, strict=True)]


def draw_points(points: Sequence[Point]) -> str:
    """Test error with its interval over multiply-adds, on a logarithmic axis."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.6, 3.9), layout="constrained")
        axes = figure.subplots()
        for point, place in zip(points, places(points), strict=True):
            reach = [[point.error - point.low], [point.high - point.error]]
            color, marker = look(point.series, MARKERS)
            axes.errorbar(
                [place], [point.error], yerr=reach, fmt=marker, color=color,
                capsize=3, markersize=6, linewidth=1.4, label=point.label,
            )  # fmt: skip
        axes.set(xlabel="multiply-adds for one image", ylabel="test error, top-1 [%]", xscale="log")
        axes.set_ylim(bottom=max(0.0, axes.get_ylim()[0]))
        _wide(axes, [point.macs for point in points])
        figure.legend(loc="outside lower center", ncols=3)
        return svg(figure)


def _wide(axes: Axes, values: Sequence[float]) -> None:
    """At least a decade of a logarithmic axis, so that equal values do not fill it with noise."""
    low, high = min(values), max(values)
    stretch = max(1.3, (20 / (high / low)) ** 0.5)
    axes.set_xlim(low / stretch, high * stretch)
    axes.xaxis.set_major_formatter(EngFormatter())
    axes.xaxis.set_minor_formatter(Between())


class Between(LogFormatter):
    """Labels between powers of ten, where matplotlib has some because the axis is short, as thousands and millions."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return EngFormatter()(x) if super().__call__(x, pos) else ""


def draw_confusion(counts: NDArray[np.int64], classes: Sequence[str]) -> str:
    """The shares of each true class's images, as a square picture; numbers and names where there is room."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = len(classes)
    with mpl.rc_context({**STYLE, "axes.grid": False, "font.size": 8.0}):
        figure = Figure(figsize=(4.6, 4.6), layout="constrained")
        axes = figure.subplots()
        # The square root shows rare confusions beside the diagonal.
        axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
        axes.set(xlabel="predicted", ylabel="true")
        if size <= 20:
            axes.set_xticks(range(size), classes, rotation=90)
            axes.set_yticks(range(size), classes)
        if size <= 12:
            for row, column in np.argwhere(counts):
                dark = np.sqrt(shares[row, column]) > 0.6
                axes.text(
                    column, row, f"{counts[row, column]}", ha="center", va="center", fontsize=6.5,
                    color="#ffffff" if dark else "#111111",
                )  # fmt: skip
        return svg(figure)


def draw_trials(trials: Sequence[Trial]) -> str:
    """One line for each candidate: the validation error of each of its trials."""
    names = list(dict.fromkeys(trial.candidate for trial in trials))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 1.1 + 0.34 * len(names)), layout="constrained")
        axes = figure.subplots()
        kinds: tuple[tuple[str, bool, dict[str, Any], str], ...] = (
            ("completed", False, {"marker": "o", "s": 26}, "trial"),
            ("pruned", False, {"marker": "x", "s": 30}, "pruned"),
            ("completed", True, {"marker": "*", "s": 130}, "selected"),
        )
        for outcome, selected, mark, label in kinds:
            some = [trial for trial in trials if (trial.outcome, trial.selected) == (outcome, selected)]
            if some:
                lines = [names.index(trial.candidate) for trial in some]
                color = COLORS[1] if selected else COLORS[0]
                axes.scatter([trial.error for trial in some], lines, color=color, label=label, **mark)
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="validation error [%]", ylim=(len(names) - 0.5, -0.5))
        figure.legend(loc="outside lower center", ncols=3)
        return svg(figure)


def svg(figure: Figure) -> str:
    """A figure as SVG text without a date, the same for the same content."""
    file = io.StringIO()
    FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    return file.getvalue()
