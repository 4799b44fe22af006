"""Names beside the points of a figure, where a legend would have too many entries to look up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

Place = tuple[float, float, str]
"""Where a point stands, in the data of its axes, and its name."""
Line = tuple[tuple[float, float], tuple[float, float]]
"""From where to where a level or upright line goes, in the same; a point goes nowhere."""

GAP, REACH = 6.0, 4.0
"""Points between a point's middle and its name, and from its middle to its edge."""
SIDES = (
    (GAP, 0.0, "left", "center"), (-GAP, 0.0, "right", "center"), (0.0, GAP, "center", "bottom"),
    (0.0, -GAP, "center", "top"), (GAP, GAP, "left", "bottom"), (GAP, -GAP, "left", "top"),
    (-GAP, GAP, "right", "bottom"), (-GAP, -GAP, "right", "top"),
)  # fmt: skip
"""Where a name may stand, as right and up in points with its alignments: the first where it covers nothing is taken."""


def name(figure: Figure, axes: Axes, places: Sequence[Place], avoid: Sequence[Line] = (), size: float = 7.0) -> None:
    """Write each name beside its point, where it covers no other, no point and none of the lines to avoid; where all
    places cover some of it, there the least. Nothing of a figure may move afterwards."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # so that the layout is that of the figure
    reach = REACH * figure.dpi / 72
    lines = [*avoid, *(((x, y), (x, y)) for x, y, _ in places)]
    taken = [Bbox(axes.transData.transform(np.sort(line, axis=0))).padded(reach) for line in lines]
    figure.set_layout_engine("none")
    room = Bbox([axes.bbox.min, figure.bbox.max])  # not over the numbers of the axes, at the left and below
    for x, y, text in places:
        found: list[tuple[float, Annotation, Bbox]] = []
        for right, up, horizontal, vertical in SIDES:
            written = axes.annotate(
                text, (x, y), (right, up), textcoords="offset points", ha=horizontal, va=vertical, fontsize=size
            )
            box = written.get_window_extent(canvas.get_renderer())
            found.append((_covered(box, taken) + _outside(box, room), written, box))
        best = min(found, key=lambda one: one[0])
        for one in found:
            if one is not best:
                one[1].remove()
        taken.append(best[2])


def _covered(box: Bbox, taken: Sequence[Bbox]) -> float:
    """The area, in pixels, that a box has in common with others."""
    shared = (Bbox.intersection(box, other) for other in taken)
    return sum(one.width * one.height for one in shared if one is not None)


def _outside(box: Bbox, whole: Bbox) -> float:
    """The area of a box that lies outside."""
    inside = Bbox.intersection(box, whole)
    return box.width * box.height - (0.0 if inside is None else inside.width * inside.height)
