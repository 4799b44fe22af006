"""What mattered in the search: of each candidate the share that each searched value has in finding good trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Value
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records

LEVEL = 0.05
"""A share stands in brackets where chance makes some parameter matter as much more often than so."""


@dataclass(frozen=True)
class Row:
    """One candidate's shares, all together 1, and how often chance makes any matter as much; of `trials` trials, of
    which `best` count as the best."""

    candidate: str
    trials: int
    left_out: int
    best: int
    shares: Mapping[str, float]
    chance: Mapping[str, float]

    def cell(self, name: str) -> str:
        """`62%`, or `(62%)` where that may be chance."""
        text = f"{100 * self.shares[name]:.0f}%"
        return text if self.chance[name] <= LEVEL else f"({text})"

    @property
    def text(self) -> str:
        """The row in words: `resnet20, the best 5 of 12 trials: learning rate 62%, weight decay (38%)`."""
        shares = ", ".join(f"{name.replace('_', ' ')} {self.cell(name)}" for name in self.shares)
        out = f" ({self.left_out} more without a final value)" if self.left_out else ""
        return f"{self.candidate}, the best {self.best} of {self.trials} trials{out}: {shares}"


def pictures(records: Records, track: str) -> Iterator[Picture]:
    """The shares of all candidates whose search was long enough for any, as one picture."""
    rows = [
        Row(candidate, found["trials"], found["left_out"], found["best"], found["importances"], found["chance"])
        for candidate in records.study["candidates"]
        if (found := records.importances.get(f"{candidate}/{track}"))
    ]
    if rows:
        yield Picture(
            f"importances-{track}",
            f"What mattered in the search, {track} track.",
            "The share of each searched value in what tells a candidate's best trials from all that ran to the end: a "
            "row adds up to 100%, also where nothing matters; what a candidate did not search is empty (PED-ANOVA, "
            "Watanabe et al. 2023). In brackets: the same scores, dealt to the trials by chance, make something matter "
            "as much in more than 5% of cases.",
            draw(rows),
            alt=f"{'; '.join(row.text for row in rows)}.",
        )


def parameters(rows: Sequence[Row]) -> list[str]:
    """The searched values, those first that matter most: in the mean over the candidates that searched them."""
    names = dict.fromkeys(name for row in rows for name in row.shares)
    means = {name: np.mean([row.shares[name] for row in rows if name in row.shares]) for name in names}
    return sorted(names, key=lambda name: (-means[name], name))


def shares(rows: Sequence[Row]) -> NDArray[np.float64]:
    """(candidates, parameters): the shares as they are drawn; NaN for what a candidate did not search."""
    return np.array([[row.shares.get(name, np.nan) for name in parameters(rows)] for row in rows])


def draw(rows: Sequence[Row]) -> str:
    """A table of shades: a line for each candidate, a column for each parameter, and in each cell its percentage."""
    names, table = parameters(rows), shares(rows)
    with mpl.rc_context({**drawing.STYLE, "axes.grid": False}):
        figure = Figure(figsize=(2.4 + 0.95 * len(names), 0.8 + 0.36 * len(rows)), layout="constrained")
        axes = figure.subplots()
        axes.pcolormesh(
            np.ma.masked_invalid(table), cmap="Blues", vmin=0, vmax=1, edgecolors=drawing.INK, linewidth=0.4
        )
        said = []
        for line, column in np.argwhere(np.isfinite(table)):
            row, name = rows[line], names[column]
            dark = table[line, column] > 0.55
            axes.text(
                column + 0.5, line + 0.5, row.cell(name), ha="center", va="center",
                color="#ffffff" if dark else "#111111",
            )  # fmt: skip
            text = f"{row.candidate}, {name}: {100 * row.shares[name]:.0f}% by the best {row.best} of {row.trials}"
            chance = f"{text} trials; as much by chance in {100 * row.chance[name]:.0f}% of cases"
            said.append(Value(axes, column + 0.5, line + 0.5, chance, (1.0, 1.0)))
        axes.set_xticks(np.arange(len(names)) + 0.5, [name.replace("_", "\n") for name in names])
        axes.set_yticks(np.arange(len(rows)) + 0.5, [f"{row.candidate} ({row.trials} trials)" for row in rows])
        axes.invert_yaxis()
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
        return drawing.svg(figure, said)
