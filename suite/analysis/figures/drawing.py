"""The figures: plain values of what is drawn, then the drawing, as SVG that is the same bytes every time.

A figure carries the values that a reader sees who points at its places, as SVG's own titles: no script is needed.
Imports nothing else of the suite. Matplotlib is used through its objects, not pyplot, so nothing global changes.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
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
class Value:
    """What a place of a figure says to those who point at it: at (x, y) in the data of its axes.

    sides: width and height of the place, in data; None for a few points round it, whatever the scale.
    """

    axes: Axes
    x: float
    y: float
    text: str
    sides: tuple[float, float] | None = None


REACH = 6.0
"""Points round a value within which a reader points at it."""
MOST_VALUES = 24
"""Places of one line that say their value: more would stand on each other, and make the page large."""


@dataclass(frozen=True)
class Curve:
    """One candidate's course over the epochs: the mean over its seeds, and the lowest and highest seed; all (E,)."""

    label: str
    series: int  # which of the colours; a candidate has the same in every figure
    epochs: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


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


def ends(curves: Sequence[Curve]) -> str:
    """Where each line ends, in words: `At the end: a 1.5 (1.2 to 1.7); b ...`."""
    said = [f"{c.label} {c.mean[-1]:.4g}{_between(c.low[-1], c.high[-1])}" for c in curves if len(c.mean)]
    return f"At the end: {'; '.join(said)}."


def _between(low: float, high: float) -> str:
    return f" ({low:.4g} to {high:.4g})" if high > low else ""


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
        return svg(figure, [value for line in curves for value in values_of(axes, line, over)])


def values_of(axes: Axes, line: Curve, over: str) -> Iterator[Value]:
    """The values of a curve, evenly apart where it has many; its last is always among them."""
    count = len(line.epochs)
    for place in np.unique(np.linspace(0, count - 1, min(count, MOST_VALUES)).round().astype(int)):
        x, mean, low, high = (float(part[place]) for part in (line.epochs, line.mean, line.low, line.high))
        text = f"{line.label}: {mean:.4g}{_between(low, high)} at {over} {x:.4g}"
        if np.isfinite(mean):
            yield Value(axes, x, mean, text)


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
        return svg(figure, _cells(axes, counts, classes) if size <= 20 else [])


def _cells(axes: Axes, counts: NDArray[np.int64], classes: Sequence[str]) -> list[Value]:
    """What the cells of a confusion matrix say; those that count nothing say nothing."""
    of = counts.sum(axis=1)
    return [
        Value(axes, column, row, f"{classes[row]}, taken for {classes[column]}: {counts[row, column]:,} of {of[row]:,}",
              (1.0, 1.0))
        for row, column in np.argwhere(counts)
    ]  # fmt: skip


def most_confused(counts: NDArray[np.int64], classes: Sequence[str], most: int = 3) -> str:
    """The largest numbers beside the diagonal, in words; of equals those of the first classes."""
    off = counts - np.diag(np.diag(counts))
    order = np.argsort(-off, axis=None, kind="stable")[:most]
    pairs = [divmod(int(place), len(classes)) for place in order if off.flat[place]]
    said = [f"{classes[true]} for {classes[seen]} ({off[true, seen]:,})" for true, seen in pairs]
    return f"Most often: {', '.join(said)}." if said else "Nothing is taken for anything else."


def svg(figure: Figure, values: Sequence[Value] = ()) -> str:
    """A figure as SVG text without a date, the same for the same content; with what its places say."""
    file = io.StringIO()
    FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    places = "".join(_place(figure, value) for value in values)
    end = text.rindex("</svg>")
    return f'{text[:end]}<g class="values">\n{places}</g>\n{text[end:]}' if places else text


def _place(figure: Figure, value: Value) -> str:
    """An unseen rectangle with a title, in points from the top left."""
    width, height = 72 * figure.get_size_inches()
    half = np.array(value.sides or (0.0, 0.0)) / 2
    middle = np.array([value.x, value.y])
    corners = value.axes.transData.transform([middle - half, middle + half])
    within = figure.transFigure.inverted().transform(corners) * (width, height)
    (left, bottom), (right, top) = np.sort(within, axis=0)
    reach = 0.0 if value.sides else REACH
    x, y, w, h = left - reach, height - top - reach, right - left + 2 * reach, top - bottom + 2 * reach
    return (
        f'<rect class="value" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="none" '
        f'pointer-events="all"><title>{html.escape(value.text)}</title></rect>\n'
    )
