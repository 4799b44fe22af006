"""The interval of a mean over cross-validation's folds, whose training images overlap.

Each fold's network learned from images that the other folds' networks learned from, too, so the folds' spread is
smaller than that of networks trained on images drawn anew: Student's interval of the folds is too narrow. Nadeau and
Bengio ("Inference for the Generalization Error", Machine Learning 52, 2003, section 3) correct it for a correlation
that is guessed as the test images' share of all:

    Var(mean of J folds) = (1 / J + test / train) S²            S² the folds' own variance, J - 1 degrees of freedom

with test / train = 1 / (K - 1) for K folds. It is a correction, no theorem: no estimate of this variance from the folds
alone is unbiased (Bengio and Grandvalet, Journal of Machine Learning Research 5, 2004). Over 400 draws of a nearest
mean classifier the interval held the true error at least as often as it says (tests/analysis/statistics/test_folds.py).

Arrays and numbers in, numbers out; imports nothing else of the suite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suite.analysis.statistics.intervals import quantile

RESOLUTION = 1e-9
"""Fractions that differ by less are equal: they are ratios of counts."""


@dataclass(frozen=True)
class OverFolds:
    """A mean over folds, from which intervals of any width are made."""

    mean: float
    error: float  # the standard error; zero where the folds agree, so that nothing is known of their spread
    degrees: float
    folds: int

    def interval(self, asked: float | None = None, level: float = 0.95) -> tuple[float, float] | None:
        """Around the mean, `asked` standard errors to either side; None where the spread is not known."""
        if not self.error > 0:
            return None
        half = (quantile(level, self.degrees) if asked is None else asked) * self.error
        return self.mean - half, self.mean + half


def over_folds(values: NDArray[np.generic], folds: int) -> OverFolds:
    """The mean of a figure of each fold that was carried out, (J,), of the `folds` that the images were divided into.

    Raises ValueError for fewer than two folds, or more values than folds.
    """
    sample = np.asarray(values, dtype=np.float64)
    if not 2 <= len(sample) <= folds:
        raise ValueError(f"{len(sample)} values of {folds} folds: it takes two at least, and one for each fold at most")
    square = float(sample.var(ddof=1)) if np.ptp(sample) > RESOLUTION else 0.0
    error = math.sqrt((1 / len(sample) + 1 / (folds - 1)) * square)
    return OverFolds(float(sample.mean()), error, len(sample) - 1, len(sample))
