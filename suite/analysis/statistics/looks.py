"""How sure a comparison has to be at each look, where every further seed is a look: a group-sequential rule.

To look again and again at 95%, and stop when it says something, says something false in 15% of studies with eight
looks. Here the 5% are spent over the looks (Lan & DeMets, Biometrika 70, 1983), at a share t of the most seeds

    spent(t) = 0.05 log(1 + (e - 1) t)

in all, nearly evenly, like the boundary of Pocock (Biometrika 64, 1977): with few seeds, whose t has few degrees of
freedom, a boundary that asks for nearly all at first would never be reached. The level of each look follows from the
joint normal distribution of the looks (Armitage, McPherson & Rowe, JRSS A 132, 1969),
and stands for Student's t at that level (Jennison & Turnbull, Group Sequential Methods, 2000, ch. 11). Intervals at
these levels, one for each look, hold the truth all together in 95% of studies, however often one looks and whenever one
stops (Jennison & Turnbull, JRSS B 51, 1989).

Looks share what the test images leave open, which makes them more alike than is reckoned with: on the careful side.

Numbers in, numbers out; imports nothing of the suite.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

ALPHA = 0.05
Floats = NDArray[np.float64]
_NODES, _WEIGHTS = leggauss(200)


def spent(share: float, alpha: float = ALPHA) -> float:
    """The probability of a false decision that may be spent by a share of the most seeds, 0 to 1."""
    return alpha * math.log1p((math.e - 1) * share)


@cache
def levels(first: int, most: int, alpha: float = ALPHA) -> Mapping[int, float]:
    """By number of seeds, from `first` to `most`, the level of the interval of a look; all together hold at 1 - alpha.

    Raises ValueError unless 1 <= first <= most.
    """
    if not 1 <= first <= most:
        raise ValueError(f"looks from {first} to {most} seeds")
    found: dict[int, float] = {}
    places, density = np.zeros(1), np.ones(1)  # of the sum of seeds that has not crossed yet, in units of the last
    before, gone = 0.0, 0.0
    for seeds in range(first, most + 1):
        share = seeds / most
        step = math.sqrt(share - before)
        allowed = spent(share, alpha) - gone

        bound = _bound(places, density, step, allowed, 10.0 * math.sqrt(share))
        found[seeds] = 1 - 2 * float(ndtr(-bound / math.sqrt(share)))
        inside = bound * _NODES
        kernel = np.exp(-(((inside[:, None] - places[None, :]) / step) ** 2) / 2) / (step * math.sqrt(2 * math.pi))
        places, density = inside, (kernel @ density) * _WEIGHTS * bound
        before, gone = share, spent(share, alpha)
    return MappingProxyType(found)


def _bound(places: Floats, density: Floats, step: float, allowed: float, most: float) -> float:
    """What the next sum, a normal `step` on from a density at `places`, exceeds with the probability allowed."""

    def excess(bound: float) -> float:
        beyond = ndtr((-bound - places) / step) + ndtr((places - bound) / step)
        return float((density * beyond).sum()) - allowed

    return float(brentq(excess, 1e-9, most))
