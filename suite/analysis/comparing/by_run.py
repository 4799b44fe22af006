"""Intervals over seeds, for what is known of a run only as one number: a loss, a balanced accuracy, seconds.

They measure the seeds alone, on this test set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from suite.analysis.statistics.intervals import Interval, Spread, Spreads, quantile, summed

RESOLUTION = 1e-6
"""Values that differ by less than this share of their size are equal: runs compute them in single precision."""


Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-math.inf, math.inf)


def mean_interval(
    values: NDArray[np.generic], level: float = 0.95, spread: Spread | None = None, bounds: Bounds = UNBOUNDED
) -> Interval | None:
    """Student's interval of a mean over seeds, for what is known of a run only as one number; `images` is 0.

    `spread`: the variance that stands for the sample's own. `bounds`: between which every value lies, and so the mean:
    the interval is cut there. None for one value, and for equal ones to which nobody lends: their spread is unknown,
    which is not the same as none.
    """
    sample = np.asarray(values, dtype=np.float64)
    used = spread or sample_spread(sample)
    if len(sample) < 2 or not used.square > 0:
        return None
    half = quantile(level, used.degrees) * math.sqrt(used.square / len(sample))
    mean = float(sample.mean())
    low, high = max(bounds[0], mean - half), min(bounds[1], mean + half)
    return Interval(mean, low, high, used.degrees, (len(sample),), 0)


def welch_interval(
    first: NDArray[np.generic],
    second: NDArray[np.generic],
    level: float = 0.95,
    spreads: Spreads = (None, None),
    bounds: Bounds = UNBOUNDED,
) -> Interval | None:
    """Welch's interval (Biometrika 34, 1947) of a difference of means over seeds: the contrast of two."""
    return contrast_interval([first, second], (1, -1), level, spreads, bounds)


def contrast_interval(
    values: Sequence[NDArray[np.generic]],
    signs: Sequence[int],
    level: float,
    spreads: Spreads,
    bounds: Bounds = UNBOUNDED,
) -> Interval | None:
    """Welch's interval of a sum of means over seeds, each with its sign, for what is known of a run only as one number.

    It measures the seeds alone, on this test set: `images` is 0. `spreads`: variances that stand for the samples' own.
    `bounds`: between which every such sum lies, where the interval is cut.
    Equal values on one side have another side's variance, for a spread that is unknown is not a spread of zero; None
    where all sides' values are equal and nobody lends to them, or a side has one value.
    """
    samples = [np.asarray(sample, dtype=np.float64) for sample in values]
    used = [spread or sample_spread(sample) for spread, sample in zip(spreads, samples, strict=True)]
    known = [spread for spread in used if spread.square > 0]
    if min(map(len, samples)) < 2 or not known:
        return None
    # A borrowed variance is the same on several sides: their sum has its degrees once.
    borrowed = Spread(known[0].square, known[0].degrees, min(known[0].degrees, known[0].pool))
    used = [spread if spread.square > 0 else borrowed for spread in used]
    mean = sum(sign * float(sample.mean()) for sign, sample in zip(signs, samples, strict=True))
    value, degrees = summed([1 / len(sample) for sample in samples], used)
    half = quantile(level, degrees) * math.sqrt(value)
    low, high = max(bounds[0], mean - half), min(bounds[1], mean + half)
    return Interval(mean, low, high, degrees, tuple(map(len, samples)), 0)


def sample_spread(values: NDArray[np.generic]) -> Spread:
    """The variance of a sample; zero where its values differ by no more than single precision resolves."""
    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2 or not np.ptp(sample) > RESOLUTION * float(np.abs(sample).max()):
        return Spread(0.0, max(len(sample) - 1, 0), math.inf)
    return Spread(float(sample.var(ddof=1)), len(sample) - 1, math.inf)
