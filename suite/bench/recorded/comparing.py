"""The suite's search beside others, network by network: what it finds, and for how many epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suite.bench.recorded.curves import RecordedCurves
from suite.bench.recorded.networks import EPOCHS
from suite.bench.recorded.replay import Searched, Setting, never, random_search, suite_search
from suite.bench.tables import Table

SUITE, UNPRUNED, RANDOM, FROM_RECIPE = "suite", "unpruned", "random", "random, from the recipe on"
LARGEST_LOSS, LARGEST_SHARE = 0.002, 0.5
"""What is asked of the suite's search: accuracy behind the unpruned one, and epochs as a share of its."""


@dataclass(frozen=True)
class Figures:
    """Of one network or of all: by search, epochs and final validation accuracy in each repeat."""

    name: str
    epochs: Mapping[str, NDArray[np.float64]]
    final: Mapping[str, NDArray[np.float64]]

    @property
    def share(self) -> float:
        """The suite's epochs as a share of the unpruned search's."""
        return float(self.epochs[SUITE].mean() / self.epochs[UNPRUNED].mean())

    def ahead(self, other: str) -> tuple[float, float]:
        """By how much the suite's accuracy is above another's, in the mean, and the standard error of that."""
        found = self.final[SUITE] - self.final[other]
        return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))


def compare(curves: RecordedCurves, setting: Setting, repeats: int) -> Figures:
    """Each repeat is another study: other points, other seeds; all searches of a repeat see the same trainings."""
    runs: dict[str, list[Searched]] = {name: [] for name in (SUITE, UNPRUNED, RANDOM, FROM_RECIPE)}
    for repeat in range(repeats):
        mine = suite_search(curves, setting, repeat)
        runs[SUITE].append(mine)
        runs[UNPRUNED].append(suite_search(curves, Setting(setting.trials, rule=never), repeat))
        runs[RANDOM].append(random_search(curves, mine.epochs, repeat))
        runs[FROM_RECIPE].append(random_search(curves, mine.epochs, repeat, recipe_first=True))
    return Figures(
        curves.network.name,
        {name: np.array([one.epochs for one in found], float) for name, found in runs.items()},
        {name: np.array([one.final for one in found]) for name, found in runs.items()},
    )


def together(figures: Sequence[Figures]) -> Figures:
    """The mean over the networks, repeat by repeat."""
    names = figures[0].epochs
    return Figures(
        "all",
        {name: np.mean([one.epochs[name] for one in figures], axis=0) for name in names},
        {name: np.mean([one.final[name] for one in figures], axis=0) for name in names},
    )


def table(figures: Sequence[Figures], setting: Setting, repeats: int) -> Table:
    """A row for each network and search, and for the mean over the networks; what is asked, and what was found."""
    rows = []
    for one in [*figures, together(figures)]:
        for name, epochs in one.epochs.items():
            share = f"{epochs.mean() / one.epochs[UNPRUNED].mean():.0%}"
            ahead = "" if name == SUITE else _points(*one.ahead(name))
            rows.append([one.name, name, f"{epochs.mean() / EPOCHS:.2f}", share, _accuracy(one.final[name]), ahead])
    every = together(figures)
    lead, margin = every.ahead(RANDOM)[0], every.ahead(UNPRUNED)[0]
    notes = [
        f"{setting.trials} trials of {setting.length:.0%} of a final run's length, {repeats} repeats; costs in final "
        f"runs of {EPOCHS} epochs",
        f"against the unpruned search {100 * margin:+.2f} points (asked: at least {-100 * LARGEST_LOSS:.1f}) at "
        f"{every.share:.0%} of its epochs (asked: at most {LARGEST_SHARE:.0%})",
        f"against random search at the same cost {100 * lead:+.2f} points (asked: above 0)",
    ]
    return Table(["network", "search", "cost", "of unpruned", "final val. accuracy", "suite ahead by"], rows, notes)


def _accuracy(values: NDArray[np.float64]) -> str:
    return f"{100 * values.mean():.2f}%"


def _points(mean: float, error: float) -> str:
    return f"{100 * mean:+.2f} ± {100 * error:.2f}"
