"""How sure a test accuracy is: intervals over seeds and test images, which are crossed.

Every seed's network sees the same N test images, so the S x N table of hits has two sources of variance that do not
shrink together: more seeds do not make the images more, more images do not make the seeds more. The model is the
two-way random effects model without replication (Searle, Casella & McCulloch, "Variance Components", 1992, ch. 4),

    hit[s, i] = mean + seed[s] + image[i] + rest[s, i]

    Var(mean) = (MS_seed + MS_image - MS_rest) / (S N)

and the interval is Student's t with Satterthwaite's degrees of freedom (Biometrics Bulletin 2, 1946). A variance
component that is estimated below zero counts as zero, which makes the interval wider, never narrower.

Imports nothing else of the suite; arrays in, numbers out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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

    @property
    def images_only(self) -> bool:
        """One seed says nothing about seeds: the interval then measures the choice of test images alone."""
        return min(self.seeds) < 2


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


def accuracy_interval(hits: NDArray[np.generic], level: float = 0.95) -> Interval:
    """The interval of the mean accuracy of a candidate.

    `hits` is (S, N), one row for each seed, one column for each test image, one where the image was classified right.
    Raises ValueError for an empty table or one that is not two-dimensional.
    """
    table = _table(hits)
    seeds, images = table.shape
    mean = float(table.mean())
    if seeds < 2:
        low, high = wilson(mean, images, level)
        return Interval(mean, low, high, math.inf, (seeds,), images)
    squares = mean_squares(table)
    variance, degrees = _mean_variance(squares)
    half = _quantile(level, degrees) * math.sqrt(variance)
    low, high = mean - half, mean + half
    if images * min(mean, 1 - mean) < FEW:
        # As many independent images as would give this variance (Korn & Graubard, Survey Methodology 24, 1998).
        effective = mean * (1 - mean) / variance if variance > 0 else images
        bounds = wilson(mean, effective, level)
        low, high = min(low, bounds[0]) if low > 0 else bounds[0], max(high, bounds[1]) if high < 1 else bounds[1]
    low, high = max(0.0, low), min(1.0, high)
    return Interval(mean, low, high, degrees, (seeds,), images)


def difference_interval(first: NDArray[np.generic], second: NDArray[np.generic], level: float = 0.95) -> Interval:
    """The interval of `accuracy(first) - accuracy(second)` of two candidates on the same test images.

    Both are (S, N) tables with the same N and the same images in the same order; S may differ. Seeds are nested in
    their candidate and images are crossed, so what is hard for both drops out:

        Var(difference) = Var_i(mean hit of first - mean hit of second) / N
                        + sum over both of max(0, MS_seed - MS_rest) / (S N)

    Never narrower than what a test without a single disagreeing image leaves open (Wilson's bound of 0 in N).
    Raises ValueError where the numbers of images differ.
    """
    tables = _table(first), _table(second)
    if tables[0].shape[1] != tables[1].shape[1]:
        raise ValueError(f"different test sets: {tables[0].shape[1]} and {tables[1].shape[1]} images")
    images = tables[0].shape[1]
    by_image = tables[0].mean(axis=0) - tables[1].mean(axis=0)
    mean = float(by_image.mean())
    terms = [(1 / images, float(by_image.var(ddof=1)) if images > 1 else 0.0, images - 1)]
    for table in tables:
        terms += _seed_terms(mean_squares(table))
    variance, degrees = satterthwaite(terms)
    half = max(_quantile(level, degrees) * math.sqrt(variance), wilson(0.0, images, level)[1])
    seeds = tables[0].shape[0], tables[1].shape[0]
    return Interval(mean, max(-1.0, mean - half), min(1.0, mean + half), degrees, seeds, images)


def mean_interval(values: NDArray[np.generic], level: float = 0.95) -> Interval | None:
    """Student's interval of a mean over seeds, for what is known of a run only as one number; `images` is 0.

    None for one value, and for equal ones: their spread is unknown, which is not the same as none.
    """
    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2 or not np.ptp(sample) > 0:
        return None
    half = _quantile(level, len(sample) - 1) * float(sample.std(ddof=1)) / math.sqrt(len(sample))
    mean = float(sample.mean())
    return Interval(mean, mean - half, mean + half, len(sample) - 1, (len(sample),), 0)


def welch_interval(first: NDArray[np.generic], second: NDArray[np.generic], level: float = 0.95) -> Interval | None:
    """Welch's interval (Biometrika 34, 1947) of a difference of means over seeds, for what is known of a run only as
    one number.

    It measures the seeds alone, on this test set: `images` is 0. None where a side has one value, and where the values
    of both are equal: the statistic is then 0/0 or infinite, and a spread that is unknown is not a spread of zero.
    """
    samples = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if min(map(len, samples)) < 2 or not max(np.ptp(sample) for sample in samples) > 0:
        return None
    mean = float(samples[0].mean() - samples[1].mean())
    variance, degrees = satterthwaite([(1 / len(x), float(x.var(ddof=1)), len(x) - 1) for x in samples])
    half = _quantile(level, degrees) * math.sqrt(variance)
    return Interval(mean, mean - half, mean + half, degrees, (len(samples[0]), len(samples[1])), 0)


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


def _mean_variance(squares: MeanSquares) -> tuple[float, float]:
    """Var(mean) of a candidate and its degrees of freedom: an image term, and a seed term where there is one."""
    scale = 1 / (squares.seeds * squares.images)
    if squares.image < squares.rest:  # images differ less than chance alone would: their component is zero
        if squares.seed < squares.rest:
            return satterthwaite([(scale, squares.rest, (squares.seeds - 1) * (squares.images - 1))])
        return satterthwaite([(scale, squares.seed, squares.seeds - 1)])
    return satterthwaite([(scale, squares.image, squares.images - 1), *_seed_terms(squares)])


def _seed_terms(squares: MeanSquares) -> list[tuple[float, float, float]]:
    """The seeds' part of a variance as terms of `satterthwaite`; none where the component is not above zero."""
    if squares.seeds < 2 or squares.seed <= squares.rest:
        return []
    scale = 1 / (squares.seeds * squares.images)
    rest_degrees = (squares.seeds - 1) * (squares.images - 1)
    return [(scale, squares.seed, squares.seeds - 1), (-scale, squares.rest, rest_degrees)]


def _quantile(level: float, degrees: float) -> float:
    return float(norm.ppf(0.5 + level / 2) if math.isinf(degrees) else t.ppf(0.5 + level / 2, degrees))


def _table(hits: NDArray[np.generic]) -> NDArray[np.float64]:
    table = np.asarray(hits, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(f"hits must be a (seeds, images) table, not of shape {table.shape}")
    return table
