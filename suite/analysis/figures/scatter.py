"""Test error against what an architecture costs, with the candidates that no other is better than in both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogFormatter, LogLocator, NullFormatter

from suite.analysis.figures import drawing, naming
from suite.analysis.figures.drawing import Value

MOST_IN_LEGEND = 6
"""Candidates that a legend is quickly read of; of more, names stand beside the points."""


@dataclass(frozen=True)
class Point:
    """One candidate's error, in percent with its interval, at its cost; `said` is the cost as people read it."""

    label: str
    series: int
    cost: float
    error: float
    low: float
    high: float
    said: str = ""

    @property
    def text(self) -> str:
        """The point in words: `resnet20: 21.63% (20.12 to 23.14) at 40.6 M`."""
        return (
            f"{self.label}: {self.error:.2f}% ({self.low:.2f} to {self.high:.2f}) at {self.said or f'{self.cost:.4g}'}"
        )


def places(points: Sequence[Point]) -> list[float]:
    """Where each point stands on the axis of costs: its own, or 3% apart where several are as good as equal."""
    groups = [round(math.log10(point.cost) / 0.03) for point in points]
    steps = [groups[:index].count(group) - (groups.count(group) - 1) / 2 for index, group in enumerate(groups)]
    return [point.cost * 1.03**step for point, step in zip(points, steps, strict=True)]


def front(points: Sequence[Point]) -> list[Point]:
    """The points that no other beats: none costs as little or less and errs less, or errs as little and costs less;
    from the cheapest to the best."""
    found = [
        one
        for one in points
        if not any(
            (other.cost <= one.cost and other.error < one.error) or (other.cost < one.cost and other.error <= one.error)
            for other in points
        )
    ]
    return sorted(found, key=lambda point: point.cost)


def draw_points(
    points: Sequence[Point], over: str = "multiply-adds for one image", small: bool = False, unit: str = ""
) -> str:
    """Test error with its interval over the cost `over`, on a logarithmic axis, and the front as a line of steps.

    small: for a screen as narrow as a hand, where letters have to be large beside the figure; of many points it names
    those of the front. unit: of the cost, which its labels then have with a prefix (`5 ms`).
    """
    with mpl.rc_context(drawing.STYLE):
        figure = Figure(figsize=(3.7, 1.75) if small else (5.6, 3.9), layout="constrained")
        axes = figure.subplots()
        stands = dict(zip(points, places(points), strict=True))
        best = front(points)
        if len(best) > 1:
            axes.plot(
                [stands[point] for point in best], [point.error for point in best], drawstyle="steps-post",
                color=drawing.INK, linewidth=0.8, linestyle=(0, (4, 3)), alpha=0.6, zorder=1.5,
            )  # fmt: skip
        for point, place in stands.items():
            reach = [[point.error - point.low], [point.high - point.error]]
            color, marker = drawing.look(point.series, drawing.MARKERS)
            axes.errorbar(
                [place], [point.error], yerr=reach, fmt=marker, color=color,
                capsize=3, markersize=6, linewidth=1.4, label=point.label,
            )  # fmt: skip
        axes.set(xlabel=over, ylabel="error [%]" if small else "test error, top-1 [%]", xscale="log")
        axes.set_ylim(bottom=max(0.0, axes.get_ylim()[0]))
        _wide(axes, [point.cost for point in points], sparse=small, unit=unit)
        if len(points) <= MOST_IN_LEGEND:
            figure.legend(loc="outside lower center", ncols=3, fontsize=7.5 if small else None, borderaxespad=0.2)
        else:
            shown = best if small else sorted(points, key=lambda point: point.error)
            steps = pairwise((stands[point], point.error) for point in best)
            levels = [((x, y), (end, y)) for (x, y), (end, _) in steps]
            dots = [
                ((place, point.error), (place, point.error)) for point, place in stands.items() if point not in shown
            ]
            naming.name(figure, axes, [(stands[point], point.error, point.label) for point in shown], [*levels, *dots])
        return drawing.svg(figure, [Value(axes, place, point.error, point.text) for point, place in stands.items()])


def _wide(axes: Axes, values: Sequence[float], sparse: bool = False, unit: str = "") -> None:
    """At least a decade of a logarithmic axis, so that equal values do not fill it with noise. sparse: with two labels
    in each."""
    low, high = min(values), max(values)
    stretch = max(1.3, (20 / (high / low)) ** 0.5)
    axes.set_xlim(low / stretch, high * stretch)
    axes.xaxis.set_major_formatter(EngFormatter(unit))
    if sparse:
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.xaxis.set_minor_formatter(Between(unit))


class Between(LogFormatter):
    """Labels between powers of ten, where matplotlib has some because the axis is short, with prefixes as those."""

    def __init__(self, unit: str = "") -> None:
        super().__init__()
        self._text = EngFormatter(unit)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self._text(x) if super().__call__(x, pos) else ""
