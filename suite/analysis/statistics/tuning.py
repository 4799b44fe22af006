"""What a search's best score is worth: what so many trials could be expected to find, and how much it flatters.

The best of n scores that were drawn independently from what was observed, V(1) <= ... <= V(N), has the mean

    sum over i of V(i) * ((i / N)^n - ((i - 1) / N)^n)

(Dodge, Gururangan, Card, Schwartz & Smith, "Show Your Work", EMNLP 2019, arXiv:1909.03004, section 3; ties need no
care, for they have the same V). It lies below the truth, most at n = N, where draws that repeat each other are counted
as many (Tang et al., ACL 2020, arXiv:2004.13705); draws without repetition,

    sum over i of V(i) * C(i - 1, n - 1) / C(N, n)

are free of that, and give the observed maximum at n = N.

Numbers in, numbers out; imports nothing of the suite.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln


def expected_best(scores: Sequence[float]) -> NDArray[np.float64]:
    """The expected best of 1, 2, ..., N of N scores, drawn with repetition; (N,). Raises ValueError without a score."""
    values = _sorted(scores)
    below = np.arange(len(values) + 1) / len(values)
    return np.array([np.diff(below**number) @ values for number in range(1, len(values) + 1)])


def expected_best_of_all(scores: Sequence[float]) -> NDArray[np.float64]:
    """The same without repetition: the mean over all choices of 1, 2, ..., N of the N scores of the best of each."""
    values = _sorted(scores)
    count, places = len(values), np.arange(1, len(values) + 1)
    found = np.zeros(count)
    for number in range(1, count + 1):
        chosen = places[number - 1 :]  # the best of `number` has at least so many at or below it
        logarithms = _log_choose(chosen - 1, number - 1) - _log_choose(count, number)
        found[number - 1] = np.exp(logarithms) @ values[number - 1 :]
    return found


def _log_choose(of: NDArray[np.int_] | int, number: int) -> NDArray[np.float64]:
    return np.asarray(gammaln(np.asarray(of) + 1.0) - gammaln(number + 1.0) - gammaln(np.asarray(of) - number + 1.0))


def _sorted(scores: Sequence[float]) -> NDArray[np.float64]:
    values = np.sort(np.asarray(scores, dtype=np.float64))
    if not len(values):
        raise ValueError("the best of no score is nothing")
    return values
