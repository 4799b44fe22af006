"""A candidate's search space: Optuna's distributions, and quasi-random points over them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from scipy.stats import qmc


def distributions(space: Mapping[str, Mapping[str, Any]], start: Mapping[str, Any]) -> dict[str, BaseDistribution]:
    """Optuna's distributions for a search space, widened where needed so that the recipe as it stands lies within.

    A dimension is `{low, high}` with `log: true` if wanted, or `{choices: [...]}`; suite.config.search has checked it.
    """
    return {name: _distribution(dimension, start[name]) for name, dimension in space.items()}


def _distribution(dimension: Mapping[str, Any], start: Any) -> BaseDistribution:
    if "choices" in dimension:
        choices = list(dimension["choices"])
        return CategoricalDistribution(choices if start in choices else [*choices, start])
    low, high = min(dimension["low"], start), max(dimension["high"], start)
    kind = IntDistribution if all(isinstance(value, int) for value in (low, high, start)) else FloatDistribution
    return kind(low, high, log=bool(dimension.get("log")))


def quasi_random(space: Mapping[str, BaseDistribution], seed: int, number: int) -> dict[str, Any]:
    """Point `number` (from 1, below 16) of a scrambled Sobol sequence over the distributions."""
    unit = qmc.Sobol(len(space), scramble=True, rng=seed).random(16)[number]
    return {name: at(distribution, float(u)) for (name, distribution), u in zip(space.items(), unit, strict=True)}


def at(distribution: BaseDistribution, unit: float) -> Any:
    """The value at a fraction `unit` in [0, 1) of a distribution."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[int(unit * len(distribution.choices))]
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    low, high = float(distribution.low), float(distribution.high)
    value = low * (high / low) ** unit if distribution.log else low + unit * (high - low)
    return round(value) if isinstance(distribution, IntDistribution) else value


def place(distribution: BaseDistribution, value: float) -> float:
    """Where a number lies in its range, from 0 to 1: the inverse of `at`. Raises TypeError for choices."""
    if not isinstance(distribution, FloatDistribution | IntDistribution):
        raise TypeError(f"{distribution} is no range")
    low, high = float(distribution.low), float(distribution.high)
    return math.log(value / low) / math.log(high / low) if distribution.log else (value - low) / (high - low)
