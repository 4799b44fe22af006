"""Where the value of one more seed is to be expected, from the values of those that ran.

    mean ± t(level, d) s sqrt(1 + 1/n)

for the mean of n values and a variance s² of one of them with d degrees of freedom: the new value varies by s², the
mean by s²/n (Whitmore, Prediction limits for a univariate normal observation, The American Statistician 40, 1986; Hahn
and Meeker, Statistical Intervals, 1991, chapter 4). It holds for runs that are tested on the same images: these are no
source of chance here, as they are in the interval of a mean error.

With the sample's own variance d is n - 1. What comparable candidates lend (`statistics.lending`) has more, so that
three seeds tell more; there s² is no less than the sample's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from suite.analysis.statistics.intervals import Spread, quantile


@dataclass(frozen=True)
class Prediction:
    """Within `low` and `high`, both included, `level` of the values of further seeds lie. seeds: those it rests on."""

    mean: float
    low: float
    high: float
    level: float
    seeds: int


def prediction(
    mean: float,
    seeds: int,
    spread: Spread,
    scale: float = 1.0,
    level: float = 0.95,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Prediction | None:
    """The interval for one more seed beside `seeds` whose values have this mean; cut at `bounds`.

    `spread`: the seeds' mean square; `scale` times it is the variance of one seed's value. None where nothing is known
    of the spread: of one seed to which nobody lends, and of seeds that are all equal.
    """
    variance = scale * max(spread.square, spread.own)
    if not variance > 0 or not spread.degrees > 0:
        return None
    half = quantile(level, spread.degrees) * math.sqrt(variance * (1 + 1 / seeds))
    return Prediction(mean, max(bounds[0], mean - half), min(bounds[1], mean + half), level, seeds)
