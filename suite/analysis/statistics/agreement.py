"""How alike networks answer: the share of images with the same answer, and whether they err on the same images.

Two networks that are right on the shares p and q of the images are both right or both wrong on p q + (1 - p)(1 - q) of
them by chance; how far beyond that they are, as a share of what is left,

    kappa = (observed - expected) / (1 - expected)

is Cohen's kappa of the hits (Educational and Psychological Measurement 20, 1960), called error consistency by Geirhos,
Meding & Wichmann (NeurIPS 2020, arXiv:2006.16736): 0 for errors that know nothing of each other, 1 for the same ones.

Between candidates each seed of the one is held against each of the other; within a candidate its seeds against each
other. Arrays in, numbers out; imports nothing of the suite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = NDArray[Any]


def same_answer(first: NDArray[Any], second: NDArray[Any] | None = None) -> float:
    """The share of images that get the same answer, the mean over pairs of runs; answers are (S, N).

    Without a second the pairs are those of the first's runs; NaN where it has one run.
    """
    return _mean(lambda a, b: float((a == b).mean()), first, second)


def error_consistency(first: NDArray[Any], second: NDArray[Any] | None = None) -> float:
    """Cohen's kappa of hits, (S, N), the mean over pairs of runs; NaN where some run is right, or wrong, everywhere."""
    return _mean(kappa, first, second)


def kappa(first: Row, second: Row) -> float:
    """Of the hits of two runs on the same images, (N,)."""
    p, q = float(first.mean()), float(second.mean())
    expected = p * q + (1 - p) * (1 - q)
    observed = float((first == second).mean())
    return (observed - expected) / (1 - expected) if expected < 1 else math.nan


def _mean(of: Callable[[Row, Row], float], first: NDArray[Any], second: NDArray[Any] | None) -> float:
    found = [of(a, b) for a, b in _pairs(first, second)]
    return float(np.mean(found)) if found else math.nan


def _pairs(first: NDArray[Any], second: NDArray[Any] | None) -> Iterator[tuple[Row, Row]]:
    if second is None:
        return combinations(first, 2)
    if first.shape[1] != second.shape[1]:
        raise ValueError(f"different test sets: {first.shape[1]} and {second.shape[1]} images")
    return product(first, second)
