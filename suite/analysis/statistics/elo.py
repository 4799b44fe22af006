"""Elo ratings of candidates over several tasks, as TabArena has them (arXiv:2506.16791).

On each task each pair meets once; the higher mean over the runs wins, ties count half. Strengths t maximise the
likelihood of the wins under P(a beats b) = 1 / (1 + exp(t_b - t_a)) (Bradley & Terry, Biometrika 39, 1952), and

    rating = 1000 + 400 t / ln 10,    the mean rating being 1000

so that 400 points are odds of ten to one. It exists where no group of candidates wins every meeting with the others
(Ford, American Mathematical Monthly 64, 1957). Intervals are percentiles of draws of the tasks: they speak of other
tasks. Draws without a rating have the group that wins all at infinity, and the other at minus infinity.

Arrays in, numbers out; imports nothing of the suite.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from suite.analysis.statistics.aggregate import Estimate, Tables, checked

SCALE, MEAN, DRAWS = 400 / math.log(10), 1000.0, 200
"""As many draws as TabArena takes."""
Floats = NDArray[np.float64]


def wins(means: Floats) -> Floats:
    """(K, K): on how many tasks the one of the row beats that of the column, from means (K, tasks); ties half."""
    above = np.sign(means[:, None, :] - means[None, :, :]) / 2 + 0.5
    found = above.sum(axis=2)
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)


def ratings(won: Floats) -> Floats | None:
    """(K,) from `wins`; None where there is none: some group wins all, or has never met the others."""
    groups, _ = connected_components(won > 0, directed=True, connection="strong")
    if groups > 1:
        return None
    strength, met = np.zeros(len(won)), won + won.T
    for _ in range(100):  # Newton's method on a concave function; the mean is held at zero
        chance = 1 / (1 + np.exp(strength[None, :] - strength[:, None]))
        slope = (won - met * chance).sum(axis=1)
        curve = met * chance * (1 - chance)
        bend = np.diag(curve.sum(axis=1)) - curve + 1.0  # which lifts the direction in which nothing changes
        step = np.linalg.solve(bend, slope)
        strength += step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-10:
            break
    return MEAN + SCALE * (strength - strength.mean())


def elo(tables: Tables, draws: int = DRAWS, level: float = 0.95) -> Mapping[str, Estimate] | None:
    """By candidate its rating with the interval over tasks; None where these tasks give none.

    Raises ValueError for a table with a hole.
    """
    means = np.stack([table.mean(axis=0) for table in checked(tables).values()])
    values = ratings(wins(means))
    if values is None:
        return None
    chance, tasks = np.random.RandomState(0), means.shape[1]  # the legacy stream is frozen
    drawn = []
    for _ in range(draws):
        won = wins(means[:, chance.randint(tasks, size=tasks)])
        again = ratings(won)
        drawn.append(_beyond(won) if again is None else again)
    low, high = np.quantile(np.array(drawn), [(1 - level) / 2, (1 + level) / 2], axis=0, method="nearest")
    return {name: Estimate(*map(float, ends)) for name, *ends in zip(tables, values, low, high, strict=True)}


def _beyond(won: Floats) -> Floats:
    """Of wins without ratings: infinite for who loses to nobody outside of its group, minus infinite for who beats
    nobody outside, and the mean for who does both."""
    _, group = connected_components(won > 0, directed=True, connection="strong")
    outside = group[:, None] != group[None, :]
    beats, loses = ((matrix > 0) & outside for matrix in (won, won.T))
    found = np.full(len(won), MEAN)
    found[~loses.any(axis=1)] = math.inf
    found[~beats.any(axis=1)] = -math.inf
    return found
