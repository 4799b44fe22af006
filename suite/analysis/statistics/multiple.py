"""The first against the rest, when it was chosen for being first: at most 5% of tables hold a false difference.

The largest of k equal means lies above the smallest by the studentized range, not by Student's t: to call each "behind"
by its own interval is wrong in 19 to 24% of tables of five equals. Here the rest are gone through from the clearest
difference to the least clear one. With m candidates left, the first among them, the next one is behind where

    difference / standard error > q(m, degrees) / sqrt(2)

with q the upper 5% point of the studentized range (Tukey 1953; each pair with its own standard error and degrees as in
Games & Howell, Journal of Educational Statistics 1, 1976); it is then taken out. Where none of those left passes, they
stay open. This is the closed test (Marcus, Peritz & Gabriel, Biometrika 63, 1976) of "all of these are equal" over the
sets that hold the first, so that the last open pair is tested as one pair is.

Arrays and numbers in, numbers out; imports nothing of the suite.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.optimize import brentq
from scipy.special import gammainccinv, ndtr, stdtr

MANY_DEGREES = 5_000.0
"""From here on the range has the normal distribution's quantile, to four digits."""

_Z, _Z_WEIGHTS = leggauss(64)
_U, _U_WEIGHTS = leggauss(48)


def behind(ratios: Sequence[float], degrees: Sequence[float], level: float = 0.95) -> tuple[list[bool], list[float]]:
    """Which of the rest are behind the first, and how many standard errors each was asked for.

    `ratios`: of each of the rest, its difference to the first over the standard error, positive; `degrees`: of freedom
    of that standard error. Raises ValueError where they are not as many.
    """
    if len(ratios) != len(degrees):
        raise ValueError(f"{len(ratios)} differences with {len(degrees)} degrees of freedom")
    found: dict[int, float] = {}
    clearest = [ndtr(-ratio) if math.isinf(d) else stdtr(d, -ratio) for ratio, d in zip(ratios, degrees, strict=True)]
    rest = [int(place) for place in np.argsort(clearest, kind="stable")]

    def asked(place: int) -> float:
        return range_quantile(len(rest) + 1, degrees[place], level) / math.sqrt(2)

    while (place := next((place for place in rest if ratios[place] > asked(place)), None)) is not None:
        found[place] = asked(place)
        rest.remove(place)
    decided = [place in found for place in range(len(ratios))]
    found |= {place: asked(place) for place in rest}  # what stays open is held against all that are open with it
    return decided, [found[place] for place in range(len(ratios))]


def range_quantile(count: int, degrees: float, level: float = 0.95) -> float:
    """The upper point of the studentized range of `count` means; `degrees` are rounded down to three digits.

    Raises ValueError for fewer than two means.
    """
    if count < 2:
        raise ValueError(f"a range needs two means, not {count}")
    if degrees >= MANY_DEGREES:
        return _range_quantile(count, math.inf, level)
    step = 10.0 ** (math.floor(math.log10(max(degrees, 0.1))) - 2)
    return _range_quantile(count, math.floor(degrees / step + 1e-9) * step, level)


@lru_cache(maxsize=4096)
def _range_quantile(count: int, degrees: float, level: float) -> float:
    high = 8.0
    while range_below(high, count, degrees) < level:
        high *= 2
    return float(brentq(lambda q: range_below(q, count, degrees) - level, 0.0, high, xtol=1e-7))


def range_below(q: float, count: int, degrees: float) -> float:
    """P(studentized range of `count` normal means <= q): the normal range's, averaged over the estimated deviation.

    The deviation s, in units of the true one, has s² = chi-square over its degrees; its average is taken over the
    quantiles of s at Gauss-Legendre points, the range over 8 deviations to either side.
    """
    if math.isinf(degrees):
        return float(_normal_range(np.array([q]), count)[0])
    upper = (_U + 1) / 2
    # s from its upper tail, stretched so that points are dense where s is small or large: u = v³ (10 - 15 v + 6 v²)
    tail = upper**3 * (10 - 15 * upper + 6 * upper**2)
    weights = _U_WEIGHTS / 2 * 30 * upper**2 * (1 - upper) ** 2
    deviation = np.sqrt(2 * gammainccinv(degrees / 2, tail) / degrees)
    return float((weights * _normal_range(q * deviation, count)).sum())


def _normal_range(width: np.ndarray, count: int) -> np.ndarray:
    """P(range of k standard normals <= width): k times the integral of phi(z) (Phi(z) - Phi(z - width))^(k - 1)."""
    z = 8 * _Z
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    inside = ndtr(z)[None, :] - ndtr(z[None, :] - width[:, None])
    return count * (8 * _Z_WEIGHTS * density * inside ** (count - 1)).sum(axis=1)
