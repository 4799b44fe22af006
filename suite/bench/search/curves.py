"""Synthetic learning curves whose true final ranks are known.

A curve is the accuracy that a trial would show without noise: `final - (final - first) * left(e / epochs)`, where
`left` falls from 1 to 0 at the trial's own speed. What is seen adds independent noise at every epoch: the sampling
error of a validation set and the jitter of the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

NOISE = 0.01  # a validation set of 2,000 images at 75% has 0.0097


@dataclass(frozen=True)
class Curves:
    """`seen` is trials x epochs, `final` the true final value of each trial."""

    seen: np.ndarray
    final: np.ndarray


def _curves(final: np.ndarray, speed: np.ndarray, epochs: int, rng: np.random.Generator) -> Curves:
    """Curves from chance (0.1) to `final`; `speed` is the share of the way made in the first tenth of the epochs."""
    time = np.arange(1, epochs + 1) / epochs
    power = np.log(1 - speed)[:, None] / np.log(0.9)
    true = final[:, None] - (final[:, None] - 0.1) * (1 - time[None, :]) ** power
    return Curves(np.clip(true + rng.normal(0, NOISE, true.shape), 0, 1), final)


def spread(trials: int, epochs: int, rng: np.random.Generator) -> Curves:
    """What a wide search space gives: most points train, some badly; curves differ a little in speed."""
    final = 0.85 - 0.4 * rng.beta(1, 3, trials)
    return _curves(final, rng.uniform(0.25, 0.35, trials), epochs, rng)


def failing(trials: int, epochs: int, rng: np.random.Generator) -> Curves:
    """As `spread`, and three in ten points stay at chance, as with too high a learning rate."""
    curves = spread(trials, epochs, rng)
    dead = rng.random(trials) < 0.3
    dead[rng.integers(trials)] = False
    chance = np.clip(0.1 + rng.normal(0, NOISE, curves.seen.shape), 0, 1)
    return Curves(np.where(dead[:, None], chance, curves.seen), np.where(dead, 0.1, curves.final))


def crossing(trials: int, epochs: int, rng: np.random.Generator) -> Curves:
    """The better a point ends, the slower it tends to start, as with high learning rates that are annealed."""
    rank = rng.random(trials)
    speed = np.clip(0.35 - 0.2 * rank + rng.normal(0, 0.04, trials), 0.05, 0.5)
    return _curves(0.7 + 0.15 * rank, speed, epochs, rng)


def equal(trials: int, epochs: int, rng: np.random.Generator) -> Curves:
    """All points are the same and differ by noise alone."""
    return _curves(np.full(trials, 0.8), np.full(trials, 0.3), epochs, rng)


FAMILIES: dict[str, Callable[[int, int, np.random.Generator], Curves]] = {
    "spread": spread,
    "failing": failing,
    "crossing": crossing,
    "equal": equal,
}
