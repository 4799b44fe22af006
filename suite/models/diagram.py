"""An architecture's layers as a picture: how the shape of an image changes on its way, and where the weights are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from suite.models.layer_table import LayerRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png", ".pdf")
LINES = (
    ("side", "#56b4e9", "the side of its output in pixels, of tokens how many there are, of a vector 1"),
    ("channels", "#0072b2", "its channels"),
    ("parameters", "#d55e00", "its parameters"),
    ("multiply-adds", "#009e73", "its multiply-adds for one image"),
)
"""What is drawn of each layer, in Okabe and Ito's colours, which colour-blind readers tell apart."""
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "layers",  # the same bytes each time
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
}


def trace(rows: Sequence[LayerRow]) -> NDArray[np.int64]:
    """What LINES names, of each of L layers in the order they run: (4, L); 0 where it has none or nobody can count."""
    shapes = [tuple(size or 1 for size in row.output_shape) for row in rows]
    return np.array(
        [
            [shape[0] if len(shape) > 1 else 1 for shape in shapes],
            [shape[-1] if shape else 1 for shape in shapes],
            [row.params for row in rows],
            [row.macs or 0 for row in rows],
        ],
        dtype=np.int64,
    )


def save(values: NDArray[np.int64], title: str, path: Path) -> None:
    """Write the picture of a trace; the suffix of the path, one of SUFFIXES, says what kind."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        metadata = {"Date": None, "Creator": None} if path.suffix == ".svg" else None
        figure = draw(values)
        figure.suptitle(title, x=0.01, ha="left", fontsize=10)
        figure.savefig(path, metadata=metadata, dpi=150)


def draw(values: NDArray[np.int64]) -> Figure:
    """A trace (4, L) as four lines over the same layers, from the image at the left to the answer at the right."""
    from matplotlib.figure import Figure

    count = values.shape[1]
    figure = Figure(figsize=(7.2, 5.6), layout="constrained")
    places = figure.subplots(len(LINES), 1, sharex=True)
    for axes, known, (name, color, _) in zip(places, values, LINES, strict=True):
        _scaled(axes, known, exact=name == "side")
        shown = np.where(known > 0, known, axes.get_ylim()[0])  # what has none stands on the ground
        axes.fill_between(np.arange(count), shown, axes.get_ylim()[0], step="mid", color=color, alpha=0.6, linewidth=0)
        axes.plot(np.arange(count), shown, drawstyle="steps-mid", color=color, linewidth=0.9)
        axes.set(ylabel=name)
    places[-1].set(xlabel=f"layers in the order they run, 1 to {count:,}", xlim=(-0.6, count - 0.4))
    places[-1].xaxis.set_major_formatter(lambda value, _: f"{value + 1:.0f}")
    figure.align_ylabels(places)
    return figure


def _scaled(axes: Axes, values: NDArray[np.int64], exact: bool) -> None:
    """A logarithmic axis from the least to the largest, with numbers in thousands and millions; `exact`: labelled at
    each value that occurs, as far as there is room."""
    from matplotlib.ticker import EngFormatter, NullLocator

    there = np.unique(values[values > 0])
    if not len(there):
        axes.set(yticks=[], ylim=(0, 1))
        return
    axes.set_yscale("log")
    axes.set_ylim(there[0] / 1.5, there[-1] * 1.6)
    axes.yaxis.set_minor_locator(NullLocator())
    if exact:
        apart = [int(there[-1])]
        for value in there[-2::-1]:
            if apart[-1] >= 1.6 * value:
                apart.append(int(value))
        axes.set_yticks(apart, [f"{value:,}" for value in apart])
    else:
        axes.yaxis.set_major_formatter(EngFormatter(sep=""))
