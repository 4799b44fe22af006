"""How sure an order is: with which probability each of several candidates is the best, and between which ranks it lies.

The mean accuracies of candidates that were tested on the same images are jointly normal with

    Cov(mean a, mean b) = Cov_i(hits a, hits b) / N + [a is b] * (MS_seed - MS_rest) / (S N)

the model of `suite.analysis.statistics.intervals`, seeds' squares as they are lent: the variance of each difference is
that of a `contrast`, or a little more where a candidate spreads more than the others. The probability of being best is
that of having the largest of the true means, were nothing known of them before (a flat prior; Salanti, Ades &
Ioannidis, Journal of Clinical Epidemiology 64, 2011), with one Student's t for all: so it is not corrected for
anything, and of equals it says more of the day than of them.

A rank's interval counts decided pairs: with k candidates, from 1 + (those decided better) to k - (those decided worse),
where each pair is held against the range of all k means (Tukey; each with its own error as in Games & Howell). All of a
table's intervals hold together in 95% of tables, ties among the true means included: who is equal to others has each of
the ranks that they share (Al Mohamad, Goeman & van Zwet, Biometrics 78, 2022, "Simultaneous confidence intervals for
ranks"; the pairs' test may be another, Mogstad, Romano, Shaikh & Wilhelm, Review of Economic Studies 91, 2024).

Arrays in, numbers out; imports nothing of the suite but what its intervals are made of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri
from scipy.stats import qmc

from suite.analysis.statistics.intervals import (
    Estimate,
    Interval,
    Spreads,
    contrast_of,
    mean_squares,
    own_spread,
    seed_terms,
)
from suite.analysis.statistics.multiple import range_quantile

POINTS = 2**13
"""Of a Sobol sequence, the same each time: off by less than half a point of probability."""


@dataclass(frozen=True)
class Together:
    """Means of several candidates on the same images with their covariance, and the differences of all pairs.

    degrees: of freedom, the fewest of any pair.
    """

    means: NDArray[np.float64]  # (K,)
    covariance: NDArray[np.float64]  # (K, K)
    degrees: float
    pairs: dict[tuple[int, int], Estimate]  # by places, the first before the second


def together(tables: Sequence[NDArray[np.generic]], spreads: Spreads) -> Together:
    """Of (S, N) tables of scores on the same N images in the same order; `spreads` as a `contrast` takes them.

    Raises ValueError where the numbers of images differ, or there is no table.
    """
    if len({np.shape(table)[1] for table in tables}) != 1:
        raise ValueError(f"candidates are ordered on the same images, not on {[np.shape(t)[1] for t in tables]}")
    squares = [mean_squares(table) for table in tables]
    by_image = [np.asarray(table, dtype=np.float64).mean(axis=0) for table in tables]
    used = [spread or own_spread(square) for spread, square in zip(spreads, squares, strict=True)]
    images = len(by_image[0])
    covariance = np.atleast_2d(np.cov(np.stack(by_image))) / images if images > 1 else np.zeros((len(tables),) * 2)
    seeds = [
        sum(factor * value for factor, value, _ in seed_terms([square], [spread]))
        for square, spread in zip(squares, used, strict=True)
    ]
    pairs = {
        (a, b): contrast_of((by_image[a], by_image[b]), (squares[a], squares[b]), (1, -1), (spreads[a], spreads[b]))
        for a, b in combinations(range(len(tables)), 2)
    }
    degrees = min((pair.together for pair in pairs.values()), default=math.inf)
    return Together(np.array([mean.mean() for mean in by_image]), covariance + np.diag(seeds), degrees, pairs)


def best(means: NDArray[np.float64], covariance: NDArray[np.float64], degrees: float = math.inf) -> NDArray[np.float64]:
    """The probability of each of K to have the largest true mean, (K,); they sum to one.

    Raises ValueError where the covariance is not (K, K).
    """
    count = len(means)
    if covariance.shape != (count, count):
        raise ValueError(f"{count} means with a covariance of shape {covariance.shape}")
    # Who is equal in every hit is told apart by a trace of noise, so that they share.
    noise = max(1e-12 * float(np.trace(covariance)), 1e-300) * np.eye(count)
    root = np.linalg.cholesky(covariance + noise)
    uniform = qmc.Sobol(count + 1, scramble=False).random(POINTS) + 0.5 / POINTS
    drawn = ndtri(uniform[:, 1:]) @ root.T
    if not math.isinf(degrees):
        drawn /= np.sqrt(2 * gammaincinv(degrees / 2, uniform[:, :1]) / degrees)
    first = np.argmax(means - means.max() + drawn, axis=1)
    return np.bincount(first, minlength=count) / POINTS


def against_all(pair: Estimate, count: int, level: float = 0.95) -> Interval:
    """The interval of one of all differences of `count` candidates: in 95% of tables all of them hold together."""
    return pair.interval(range_quantile(count, pair.together, level) / math.sqrt(2))


def rank_intervals(better: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The lowest and the highest rank of each of K candidates; better[a, b]: a is decided better than b."""
    count = len(better)
    return [(1 + int(better[:, place].sum()), count - int(better[place].sum())) for place in range(count)]
