"""What a study of this size could have seen, and which size would decide what it left open.

A difference is seen with the probability `power` where it is as large as

    (t(0.975, degrees) + t(power, degrees)) * standard error

(the usual approximation to the noncentral t; Cohen, Statistical Power Analysis, 1988, ch. 2: off by less than two
points of power from four degrees on). The standard error of other numbers of seeds S and images N follows from the
components of `suite.analysis.statistics.intervals`:

    Var(difference) = image / N + sum over all sides of (seed + rest / N) / S

Arrays and numbers in, numbers out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from suite.analysis.statistics.intervals import (
    Interval,
    Spread,
    Spreads,
    mean_squares,
    own_spread,
    quantile,
    satterthwaite,
    signed_means,
)

POWER = 0.8
MOST_SEEDS, MOST_IMAGES = 1_000, 10_000_000


@dataclass(frozen=True)
class Components:
    """Variances of a difference, summed over its sides: of images, of seeds, and of what is left, for one image."""

    image: float
    seed: float
    rest: float
    sides: int = 2

    def variance(self, seeds: int, images: float) -> tuple[float, float]:
        """Var(difference) at this size, and its degrees of freedom with seeds of its sides alone."""
        degrees = self.sides * (seeds - 1)
        return satterthwaite(
            [(1 / images, self.image, images - 1), (1 / seeds, self.seed + self.rest / images, degrees)]
        )


def components(first: NDArray[np.generic], second: NDArray[np.generic], spreads: Spreads = (None, None)) -> Components:
    """The components of a difference of two (S, N) tables of hits on the same images, none below zero."""
    return components_of([first, second], (1, -1), spreads)


def components_of(tables: Sequence[NDArray[np.generic]], signs: Sequence[int], spreads: Spreads) -> Components:
    """The components of a `statistics.contrast`, none below zero."""
    squares = [mean_squares(table) for table in tables]
    used = [spread or own_spread(s) for spread, s in zip(spreads, squares, strict=True)]
    images = squares[0].images
    image = float(signed_means(tables, signs).var(ddof=1)) - sum(s.rest / s.seeds for s in squares)
    seed, own = (
        sum(max(0.0, square - s.rest) / images for square, s in zip(found, squares, strict=True))
        for found in ([spread.square for spread in used], [spread.own for spread in used])
    )
    return Components(max(0.0, image), max(seed, own), sum(s.rest for s in squares), len(squares))


def of_values(spreads: Sequence[Spread]) -> Components:
    """The components of what is known of a run only as one number: seeds alone."""
    return Components(0.0, max(sum(s.square for s in spreads), sum(s.own for s in spreads)), 0.0, len(spreads))


def smallest_difference(variance: float, degrees: float, level: float = 0.95, power: float = POWER) -> float:
    """The difference that is seen with this power."""
    beyond = float(norm.ppf(power) if math.isinf(degrees) else t.ppf(power, degrees))
    return (quantile(level, degrees) + beyond) * math.sqrt(variance)


def could_have_seen(interval: Interval, level: float = 0.95, power: float = POWER) -> float:
    """The smallest difference that a comparison of this interval's width could have seen."""
    asked = quantile(level, interval.degrees)
    half = max(interval.high - interval.mean, interval.mean - interval.low)  # one end may be cut off at 1 or -1
    return smallest_difference((half / asked) ** 2, interval.degrees, level, power)


def seeds_needed(effect: float, found: Components, images: float) -> int | None:
    """The fewest seeds of each side that see a difference of `effect` on `images` images; None beyond 1,000."""
    return _fewest(2, MOST_SEEDS, lambda seeds: smallest_difference(*found.variance(seeds, images)) <= abs(effect))


def images_needed(effect: float, found: Components, seeds: int) -> int | None:
    """The fewest test images on which `seeds` seeds see a difference of `effect`; None beyond ten million."""
    return _fewest(2, MOST_IMAGES, lambda images: smallest_difference(*found.variance(seeds, images)) <= abs(effect))


def _fewest(low: int, high: int, enough: Callable[[int], bool]) -> int | None:
    """The least whole number between the two that is enough, where more is never less; None where none is."""
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
