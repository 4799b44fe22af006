"""How sure a test accuracy is: intervals over seeds and test images, which are crossed.

Every seed's network sees the same N test images, so the S x N table of hits has two sources of variance that do not
shrink together: more seeds do not make the images more, more images do not make the seeds more. The model is the
two-way random effects model without replication (Searle, Casella & McCulloch, "Variance Components", 1992, ch. 4),

    hit[s, i] = mean + seed[s] + image[i] + rest[s, i]

    Var(mean) = (MS_seed + MS_image - MS_rest) / (S N)

and the interval is Student's t with Satterthwaite's degrees of freedom (Biometrics Bulletin 2, 1946). A variance
component that is estimated below zero counts as zero, which makes the interval wider, never narrower. The seeds' mean
square may be one that other candidates lent to (`suite.analysis.statistics.lending`).

Coverage of a difference's 95% interval, 1,500 probit studies in each regime (tests/analysis/test_coverage.py): with
lent spreads 93.0 to 97.1%, lowest with two candidates of two seeds where seeds dominate; with own ones 94.5 to 97.7%.
It falls short where fixed spreads differ fivefold among candidates that lend (`suite.analysis.statistics.lending`).

Imports nothing else of the suite; arrays in, numbers out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

FEW = 10
"""With fewer wrong (or right) images than this, the t interval is stretched to Wilson's: hits are far from normal."""


@dataclass(frozen=True)
class Interval:
    """A mean with its two-sided interval; accuracies and differences of accuracies are fractions."""

    mean: float
    low: float
    high: float
    degrees: float  # of freedom; infinite where a normal quantile was used
    seeds: tuple[int, ...]  # one number, or one for each side of a difference
    images: int
    agreeing: bool = False  # the seeds of each side agree on every image, and nobody lent them a spread

    @property
    def images_only(self) -> bool:
        """One seed says nothing about seeds, nor do seeds that agree on every image: an unknown spread is not none.

        The interval then measures the choice of test images alone.
        """
        return min(self.seeds) < 2 or self.agreeing


@dataclass(frozen=True)
class Spread:
    """What is taken for the mean square of a candidate's seeds, where others lend to it."""

    square: float
    degrees: float  # of freedom that it has for this candidate
    pool: float  # degrees of all that lend: a sum of two such squares has no more
    own: float = 0.0  # the candidate's own mean square: a sum of such squares is no less than that of the own ones


@dataclass(frozen=True)
class Estimate:
    """A difference with its variance, from which intervals of any width are made."""

    mean: float
    variance: float
    degrees: float
    together: float  # degrees where it is one of several that share a pool of seeds
    least: float  # half of an interval's width at least
    seeds: tuple[int, ...]
    images: int
    agreeing: bool = False
    most: float = 1.0  # what it cannot exceed, nor fall below with a minus

    def interval(self, quantile: float) -> Interval:
        """The interval that reaches `quantile` standard errors to either side, within what is possible."""
        half = max(quantile * math.sqrt(self.variance), self.least)
        low, high = max(-self.most, self.mean - half), min(self.most, self.mean + half)
        return Interval(self.mean, low, high, self.degrees, self.seeds, self.images, self.agreeing)


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of an (S, N) table; `seed` and `rest` are zero where S is 1."""

    seed: float
    image: float
    rest: float
    seeds: int
    images: int


def mean_squares(hits: NDArray[np.generic]) -> MeanSquares:
    """The two-way analysis of variance of an (S, N) table without replication."""
    table = _table(hits)
    seeds, images = table.shape
    grand, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    image = seeds * float(((columns - grand) ** 2).sum()) / max(images - 1, 1)
    if seeds < 2:
        return MeanSquares(0.0, image, 0.0, seeds, images)
    seed = images * float(((rows - grand) ** 2).sum()) / (seeds - 1)
    rest = float(((table - rows[:, None] - columns[None, :] + grand) ** 2).sum()) / ((seeds - 1) * max(images - 1, 1))
    return MeanSquares(seed, image, rest, seeds, images)


def accuracy_interval(hits: NDArray[np.generic], level: float = 0.95, spread: Spread | None = None) -> Interval:
    """The interval of the mean accuracy of a candidate.

    `hits` is (S, N), one row for each seed, one column for each test image, one where the image was classified right.
    `spread`: the seeds' mean square that stands for the candidate's own.
    Raises ValueError for an empty table or one that is not two-dimensional.
    """
    table = _table(hits)
    seeds, images = table.shape
    mean = float(table.mean())
    if seeds < 2:
        low, high = wilson(mean, images, level)
        return Interval(mean, low, high, math.inf, (seeds,), images)
    squares = mean_squares(table)
    spread = spread or own_spread(squares)
    variance, degrees = mean_variance(squares, spread)
    half = quantile(level, degrees) * math.sqrt(variance)
    low, high = mean - half, mean + half
    if images * min(mean, 1 - mean) < FEW:
        # As many independent images as would give the variance that these hits have themselves (Korn & Graubard, Survey
        # Methodology 24, 1998): a spread that is lent is not one of nearly perfect seeds.
        own, _ = mean_variance(squares, own_spread(squares))
        effective = mean * (1 - mean) / own if own > 0 else images
        bounds = wilson(mean, effective, level)
        low, high = min(low, bounds[0]) if low > 0 else bounds[0], max(high, bounds[1]) if high < 1 else bounds[1]
    low, high = max(0.0, low), min(1.0, high)
    return Interval(mean, low, high, degrees, (seeds,), images, _agreeing([squares], [spread]))


Spreads = Sequence[Spread | None]
"""One for each side of a difference; None where a side has its own."""

GROWTH = (1, -1, -1, 1)
"""The signs of how much a gap grows, (later - base of later) - (earlier - base of earlier), as a `contrast`."""


def difference_interval(
    first: NDArray[np.generic], second: NDArray[np.generic], level: float = 0.95, spreads: Spreads = (None, None)
) -> Interval:
    """The interval of the difference of two candidates, as `difference` estimates it: one comparison, planned."""
    found = difference(first, second, spreads)
    return found.interval(quantile(level, found.degrees))


def difference(first: NDArray[np.generic], second: NDArray[np.generic], spreads: Spreads = (None, None)) -> Estimate:
    """`accuracy(first) - accuracy(second)` of two candidates on the same test images: the `contrast` of two."""
    return contrast([first, second], (1, -1), spreads)


def contrast(hits: Sequence[NDArray[np.generic]], signs: Sequence[int], spreads: Spreads) -> Estimate:
    """The sum of the accuracies of different candidates, each with its sign; as many are added as are subtracted.

    All are (S, N) tables with the same N and the same images in the same order; S may differ. Seeds are nested in
    their candidate and images are crossed, so what is hard for all drops out:

        Var(contrast) = Var_i(sum of the mean hits, each with its sign) / N
                      + sum over all of max(0, MS_seed - MS_rest) / (S N)

    Never narrower than what a test without a single disagreeing image leaves open (Wilson's bound of 0 in N, once for
    each pair). Raises ValueError where the numbers of images differ.
    """
    tables = [_table(table) for table in hits]
    images = tables[0].shape[1]
    other = next((table.shape[1] for table in tables if table.shape[1] != images), images)
    if other != images:
        raise ValueError(f"different test sets: {images} and {other} images")
    return contrast_of([table.mean(axis=0) for table in tables], [mean_squares(t) for t in tables], signs, spreads)


def contrast_of(
    means: Sequence[NDArray[np.float64]], squares: Sequence[MeanSquares], signs: Sequence[int], spreads: Spreads
) -> Estimate:
    """The same from each table's mean hits on the images, (N,), and its mean squares: of many pairs, found once."""
    by_image = np.sum([sign * mean for sign, mean in zip(signs, means, strict=True)], axis=0)
    images = len(by_image)
    mean = float(by_image.mean())
    used = [spread or own_spread(square) for spread, square in zip(spreads, squares, strict=True)]
    image = (1 / images, float(by_image.var(ddof=1)) if images > 1 else 0.0, images - 1)
    variance, degrees = satterthwaite([image, *seed_terms(squares, used)])
    # A shared square that comes out below the rest makes all differences of a table narrow at once: among several, the
    # seeds' degrees count even where their component is zero.
    floored = [replace(spread, square=max(spread.square, s.rest)) for spread, s in zip(used, squares, strict=True)]
    _, together = satterthwaite([image, *seed_terms(squares, floored)])
    seeds, most = tuple(square.seeds for square in squares), len(squares) / 2
    least = most * wilson(0.0, images)[1]
    return Estimate(mean, variance, degrees, together, least, seeds, images, _agreeing(squares, used), most)


def signed_means(tables: Sequence[NDArray[np.generic]], signs: Sequence[int]) -> NDArray[np.float64]:
    """For each image the sum of the tables' mean hits, each with its sign; (N,)."""
    means = [sign * np.asarray(table, dtype=np.float64).mean(axis=0) for sign, table in zip(signs, tables, strict=True)]
    return np.sum(means, axis=0)


def own_spread(squares: MeanSquares) -> Spread:
    """The mean square of a table's own seeds."""
    return Spread(squares.seed, squares.seeds - 1, math.inf)


def satterthwaite(terms: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """The value of a sum of `factor * mean_square`, and its approximate degrees of freedom.

    Each term is (factor, mean square, degrees of freedom). Where all is zero the degrees are infinite.
    """
    value = sum(factor * square for factor, square, _ in terms)
    spread = sum((factor * square) ** 2 / degrees for factor, square, degrees in terms if degrees > 0)
    return max(value, 0.0), value**2 / spread if spread > 0 else math.inf


def wilson(fraction: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval (JASA 22, 1927) of a fraction of `n` independent images; `n` need not be whole."""
    z = float(norm.ppf(0.5 + level / 2))
    centre = (fraction + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(fraction * (1 - fraction) / n + z * z / (4 * n * n))
    # At 0 and 1 one bound is exact; rounding must not push it past the fraction itself.
    return max(0.0, min(centre - half, fraction)), min(1.0, max(centre + half, fraction))


def mean_variance(squares: MeanSquares, spread: Spread) -> tuple[float, float]:
    """Var(mean) of a candidate and its degrees of freedom: an image term, and a seed term where there is one."""
    scale = 1 / (squares.seeds * squares.images)
    if squares.image < squares.rest:  # images differ less than chance alone would: their component is zero
        if spread.square < squares.rest:
            return satterthwaite([(scale, squares.rest, (squares.seeds - 1) * (squares.images - 1))])
        return satterthwaite([(1.0, *summed([scale], [spread]))])
    return satterthwaite([(scale, squares.image, squares.images - 1), *seed_terms([squares], [spread])])


def seed_terms(sides: Sequence[MeanSquares], spreads: Sequence[Spread]) -> list[tuple[float, float, float]]:
    """The seeds' part of a variance as terms of `satterthwaite`; of a side whose component is not below zero."""
    above = [(s, spread) for s, spread in zip(sides, spreads, strict=True) if s.seeds > 1 and spread.square >= s.rest]
    if not above:
        return []
    scales = [1 / (squares.seeds * squares.images) for squares, _ in above]
    value, degrees = summed(scales, [spread for _, spread in above])
    rests = [
        (-scale, squares.rest, (squares.seeds - 1) * (squares.images - 1))
        for scale, (squares, _) in zip(scales, above, strict=True)
    ]
    return [(1.0, value, degrees), *rests]


def summed(factors: Sequence[float], spreads: Sequence[Spread]) -> tuple[float, float]:
    """The sum of `factor * square` and its degrees.

    It is no less than the sides' own, so that two candidates which spread more than the others are not said to spread
    as they do; its degrees are no more than the pool's, whose squares the sides share.
    """
    terms = [(factor, spread.square, spread.degrees) for factor, spread in zip(factors, spreads, strict=True)]
    value, degrees = satterthwaite(terms)
    least = sum(factor * spread.own for factor, spread in zip(factors, spreads, strict=True))
    return max(value, least), min(degrees, *(spread.pool for spread in spreads))


def _agreeing(sides: Sequence[MeanSquares], spreads: Sequence[Spread]) -> bool:
    """Whether any side's seeds agree on every image, so that nothing is known of how far they spread."""
    return any(
        s.seeds > 1 and not s.rest > 0 and not spread.square > 0 for s, spread in zip(sides, spreads, strict=True)
    )


def quantile(level: float, degrees: float) -> float:
    """The two-sided quantile of Student's t; of the normal distribution for infinite degrees."""
    return float(norm.ppf(0.5 + level / 2) if math.isinf(degrees) else t.ppf(0.5 + level / 2, degrees))


def _table(hits: NDArray[np.generic]) -> NDArray[np.float64]:
    table = np.asarray(hits, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(f"hits must be a (seeds, images) table, not of shape {table.shape}")
    return table
