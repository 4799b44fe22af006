"""How far a network's confidence can be believed: the reliability diagram and the calibration error with an interval.

Guo, Pleiss, Sun & Weinberger, ICML 2017, arXiv:1706.04599, section 2: images are put into bins of equal width by the
confidence of their answer, and

    error = sum over bins of |sum over the bin's images of (hit - confidence)| / N

Once the signs of the bins' gaps are known, that is the mean over the images of sign[bin] * (hit - confidence). So a
table of these, (S, N), has the crossed components of `suite.analysis.statistics.intervals`: an interval over seeds and
test images, without resampling. A gap that is small beside its own noise comes out too large (the mean of a folded
normal distribution: Leone, Nelson & Nottingham, Technometrics 3, 1961), and the lower end lies lower by as much.
Coverage of the 95% interval, 500 studies of 2,000 images each, calibrated and not, one to five seeds: 96 to 98%.

Arrays in, numbers out; imports nothing of the suite but what its intervals are made of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from suite.analysis.statistics.intervals import (
    Interval,
    MeanSquares,
    Spread,
    mean_squares,
    mean_variance,
    own_spread,
    quantile,
    wilson,
)

BINS = 15
"""As many as Guo et al. have."""


@dataclass(frozen=True)
class Bin:
    """The answers of one bin, of all seeds together: their number, mean confidence, and accuracy with its interval."""

    answers: int
    confidence: float
    accuracy: float
    low: float
    high: float


def reliability(confidence: NDArray[np.generic], hits: NDArray[np.generic], bins: int = BINS) -> list[Bin]:
    """The bins that have an answer, from the least confidence; both arrays are (S, N).

    The interval is over the test images, each of which may be in a bin with several seeds: Wilson's, with as many
    independent images as would give the variance of the images' sums (Korn & Graubard, Survey Methodology 24, 1998).
    """
    sure, right = _both(confidence, hits)
    which, found = _bins(sure, bins), []
    for number in range(bins):
        inside = which == number
        answers = int(inside.sum())
        if answers:
            accuracy = float(right[inside].mean())
            sums = (inside * (right - accuracy)).sum(axis=0)
            variance = float((sums**2).sum()) / answers**2
            images = int(inside.any(axis=0).sum())
            effective = accuracy * (1 - accuracy) / variance if variance > 0 else images
            low, high = wilson(accuracy, min(effective, answers))
            found.append(Bin(answers, float(sure[inside].mean()), accuracy, low, high))
    return found


@dataclass(frozen=True)
class Gaps:
    """A candidate's calibration errors, (S,); what an interval of their mean is made of."""

    errors: NDArray[np.float64]
    squares: MeanSquares
    excess: float  # by which noise alone makes the mean too large

    def interval(self, level: float = 0.95, spread: Spread | None = None) -> Interval:
        """The interval of the mean error; `spread`: the seeds' mean square that stands for its own."""
        variance, degrees = mean_variance(self.squares, spread or own_spread(self.squares))
        mean, half = float(self.errors.mean()), quantile(level, degrees) * math.sqrt(variance)
        low, high = max(0.0, mean - self.excess - half), min(1.0, mean + half)
        agreeing = self.squares.seeds > 1 and not self.squares.rest > 0 and not (spread and spread.square > 0)
        return Interval(mean, low, high, degrees, (self.squares.seeds,), self.squares.images, agreeing)


def gaps(confidence: NDArray[np.generic], hits: NDArray[np.generic], bins: int = BINS) -> Gaps:
    """From the confidences of the answers and whether they are right: (S, N) both, else a ValueError is raised."""
    sure, right = _both(confidence, hits)
    gap, which = right - sure, _bins(sure, bins)
    table, errors, excess = np.empty_like(gap), [], []
    images = gap.shape[1]
    for row, (own, places) in enumerate(zip(gap, which, strict=True)):
        sums = np.bincount(places, weights=own, minlength=bins)
        table[row] = np.where(sums < 0, -1.0, 1.0)[places] * own
        errors.append(float(np.abs(sums).sum()) / images)
        count = np.maximum(np.bincount(places, minlength=bins), 1)
        noise = np.sqrt(np.bincount(places, weights=(own - (sums / count)[places]) ** 2, minlength=bins))
        size = np.sqrt(np.maximum(sums**2 - noise**2, 0.0))  # E(sum²) is the true size's square and the noise's
        excess.append(float(sum(map(_folded, size, noise))) / images)
    return Gaps(np.array(errors), mean_squares(table), float(np.mean(excess)))


def _folded(size: float, noise: float) -> float:
    """By how much |X| exceeds |E X| in the mean, of a normal X with the mean `size` and the deviation `noise`."""
    if not noise > 0:
        return 0.0
    ratio = size / noise
    mean = noise * math.sqrt(2 / math.pi) * math.exp(-(ratio**2) / 2) + size * (1 - 2 * float(ndtr(-ratio)))
    return max(0.0, mean - size)


def _bins(sure: NDArray[np.float64], bins: int) -> NDArray[np.int_]:
    """The bin of each confidence: each bin holds its upper end."""
    return np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)


def _both(*arrays: NDArray[np.generic]) -> Sequence[NDArray[np.float64]]:
    sure, right = (np.asarray(array, dtype=np.float64) for array in arrays)
    if sure.shape != right.shape or sure.ndim != 2 or not sure.size:
        raise ValueError(f"confidences and hits are (seeds, images) tables, not of shapes {sure.shape}, {right.shape}")
    return sure, right
