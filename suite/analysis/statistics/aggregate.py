"""Candidates over several tasks: interquartile mean, probability of improvement and win rate, with bootstrap intervals.

As rliable has them (Agarwal, Schwarzer, Castro, Courville & Bellemare, NeurIPS 2021, arXiv:2108.13264): scores are a
(runs, tasks) array for each candidate, the higher the better.

    interquartile mean           the mean of the middle half of all runs of all tasks: one task's luck moves it little
    probability of improvement   that a run of the one scores higher than a run of the other, ties half, the mean over
                                 tasks (the Mann-Whitney statistic of each task)
    win rate                     the share of opponents and tasks on which the mean over the runs is higher, ties half
                                 (as TabArena has it; arXiv:2506.16791)

Intervals are percentiles of a stratified bootstrap: each candidate's runs are drawn anew within each task, so that they
speak of these tasks and of other seeds. With three runs a task they are too narrow alone, and less so over many tasks.
Nothing is filled in: a table with a hole is refused.

Arrays in, numbers out; imports nothing of the suite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import trim_mean

Scores = NDArray[np.float64]
Tables = Mapping[str, Scores]
DRAWS = 2000


@dataclass(frozen=True)
class Estimate:
    """A figure of several tasks, with its interval over the runs; equal ends where each task has one run."""

    value: float
    low: float
    high: float


def checked(tables: Tables) -> dict[str, Scores]:
    """The tables as arrays of one shape. Raises ValueError for a hole: another number of tasks or runs, or NaN."""
    found = {name: np.asarray(table, dtype=np.float64) for name, table in tables.items()}
    shapes = {table.shape for table in found.values()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 2 or 0 in shape:
        raise ValueError(f"scores are (runs, tasks) of one shape, not {[table.shape for table in found.values()]}")
    holes = [name for name, table in found.items() if not np.isfinite(table).all()]
    if holes:
        raise ValueError(f"a score is missing: {', '.join(holes)}")
    return found


def interquartile_mean(scores: Scores) -> float:
    """The mean without the lowest and the highest quarter of all values, rounded down to whole ones."""
    return float(trim_mean(scores, 0.25, axis=None))


def probability_of_improvement(first: Scores, second: Scores) -> float:
    """P(a run of the first scores higher than one of the second), ties half; the mean over the tasks."""
    above = np.sign(first[:, None, :] - second[None, :, :])
    return float((above / 2 + 0.5).mean())


def win_rates(tables: Tables) -> dict[str, float]:
    """By candidate the share of opponents and tasks that it wins by its mean, ties half; none against nobody."""
    means = np.stack([table.mean(axis=0) for table in tables.values()])
    count, tasks = means.shape
    wins = (np.sign(means[:, None, :] - means[None, :, :]) / 2 + 0.5).sum(axis=(1, 2)) - tasks / 2
    return {
        name: float(own / (tasks * (count - 1))) if count > 1 else np.nan
        for name, own in zip(tables, wins, strict=True)
    }


def bootstrap(
    tables: Tables, figure: Callable[[dict[str, Scores]], Mapping[str, float]], draws: int = DRAWS, level: float = 0.95
) -> dict[str, Estimate]:
    """Figures of several candidates, by name, each with its percentile interval; the same numbers each time.

    Raises ValueError for a table with a hole.
    """
    known = checked(tables)
    runs, tasks = next(iter(known.values())).shape
    chance, drawn = np.random.RandomState(0), []  # the legacy stream is frozen: a folder renders the same for ever
    for _ in range(draws):
        again = {
            name: table[chance.randint(runs, size=(runs, tasks)), np.arange(tasks)] for name, table in known.items()
        }
        drawn.append(list(figure(again).values()))
    values = figure(known)
    ends = np.percentile(np.array(drawn), [50 * (1 - level), 50 * (1 + level)], axis=0)
    return {
        name: Estimate(value, float(low), float(high))
        for (name, value), low, high in zip(values.items(), *ends, strict=True)
    }
