"""What a search has tried: each trial's error, and how the errors lie over the values that were searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Value

LEAST = 4
"""Trials from which lines over several values show more than a table would."""


@dataclass(frozen=True)
class Trial:
    """One search trial: its error in percent, what became of it, and the values that it tried."""

    candidate: str
    error: float
    outcome: str  # completed or pruned
    selected: bool
    parameters: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def text(self) -> str:
        """The trial in words."""
        tried = ", ".join(
            f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in self.parameters.items()
        )
        what = "selected" if self.selected else self.outcome
        return f"{self.candidate}, {what}: {self.error:.2f}%" + (f" with {tried}" if tried else "")


def chosen(trials: Sequence[Trial]) -> str:
    """The selected trials in words."""
    said = [trial.text for trial in trials if trial.selected]
    return f"{len(trials)} trials. {'; '.join(said)}." if said else f"{len(trials)} trials, none of them selected."


def draw_trials(trials: Sequence[Trial]) -> str:
    """One line for each candidate: the validation error of each of its trials."""
    names = list(dict.fromkeys(trial.candidate for trial in trials))
    with mpl.rc_context(drawing.STYLE):
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
                color = drawing.COLORS[1] if selected else drawing.COLORS[0]
                axes.scatter([trial.error for trial in some], lines, color=color, label=label, **mark)
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="validation error [%]", ylim=(len(names) - 0.5, -0.5))
        figure.legend(loc="outside lower center", ncols=3)
        said = [Value(axes, trial.error, names.index(trial.candidate), trial.text) for trial in trials]
        return drawing.svg(figure, said)


def searched(trials: Sequence[Trial]) -> list[str]:
    """The numbers that trials differ in, by name, in the order in which they occur."""
    names = dict.fromkeys(name for trial in trials for name in trial.parameters)
    numeric = [
        name
        for name in names
        if all(isinstance(t.parameters.get(name), int | float) and t.parameters[name] is not None for t in trials)
    ]
    return [name for name in numeric if len({trial.parameters[name] for trial in trials}) > 1]


def draw_parallel(trials: Sequence[Trial]) -> str:
    """A line for each trial over the values that it tried, each axis from the least to the largest (by powers of ten
    where all are above zero and the largest is ten times the least), to its error; the darker, the better."""
    names = searched(trials)
    columns = [np.array([float(trial.parameters[name]) for trial in trials]) for name in names]
    columns.append(np.array([trial.error for trial in trials]))
    heads = [*names, "validation error [%]"]
    worst, best = columns[-1].max(), columns[-1].min()
    with mpl.rc_context({**drawing.STYLE, "axes.grid": False}):
        figure = Figure(figsize=(max(3.6, 1.6 * len(heads)), 3.2), layout="constrained")
        axes = figure.subplots()
        lines = np.stack([_placed(column) for column in columns], axis=1)
        for trial, line in sorted(zip(trials, lines, strict=True), key=lambda pair: -pair[0].error):
            share = (worst - trial.error) / (worst - best) if worst > best else 1.0
            axes.plot(
                range(len(heads)), line, color=drawing.COLORS[1 if trial.selected else 0], alpha=0.25 + 0.75 * share,
                linewidth=2.4 if trial.selected else 1.3, linestyle="--" if trial.outcome == "pruned" else "-",
            )  # fmt: skip
        for place, column in enumerate(columns):
            axes.axvline(place, color=drawing.INK, linewidth=0.6)
            for height, value in ((0.0, column.min()), (1.0, column.max())):
                up = "bottom" if height else "top"
                axes.text(place, height + (0.03 if height else -0.03), f"{value:.3g}", ha="center", va=up, fontsize=8)
        axes.set_xticks(range(len(heads)), [head.replace("_", " ") for head in heads])
        axes.set(ylim=(-0.16, 1.16), yticks=[])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        said = [Value(axes, len(heads) - 1, line[-1], trial.text) for trial, line in zip(trials, lines, strict=True)]
        return drawing.svg(figure, said)


def _placed(column: np.ndarray) -> np.ndarray:
    """Values from 0, the least, to 1, the largest."""
    if column.min() > 0 and column.max() >= 10 * column.min():
        column = np.log(column)
    spread = column.max() - column.min()
    return (column - column.min()) / spread if spread > 0 else np.full(len(column), 0.5)
