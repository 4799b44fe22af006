"""The interval of a difference of two accuracies that were measured on different test images: nothing drops out.

    Var(difference) = Var(mean of first) + Var(mean of second)

each as `suite.analysis.statistics.intervals` has it, with Welch's and Satterthwaite's degrees of freedom (Biometrika
34, 1947; Biometrics Bulletin 2, 1946). With one seed each it is Welch's t interval of the images' hits.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from suite.analysis.statistics.intervals import (
    Interval,
    Spreads,
    mean_squares,
    mean_variance,
    own_spread,
    quantile,
    satterthwaite,
    wilson,
)


def unpaired_interval(
    first: NDArray[np.generic], second: NDArray[np.generic], level: float = 0.95, spreads: Spreads = (None, None)
) -> Interval:
    """`accuracy(first) - accuracy(second)` from (S, N) tables of hits, whose seeds and images may differ in number.

    `images` of the interval is the smaller number. Never narrower than what two tests that are without an error leave
    open (Wilson's bounds of 0 in N). Raises ValueError for an empty table.
    """
    squares = [mean_squares(table) for table in (first, second)]
    used = [spread or own_spread(own) for spread, own in zip(spreads, squares, strict=True)]
    parts = [mean_variance(own, spread) for own, spread in zip(squares, used, strict=True)]
    variance, degrees = satterthwaite([(1.0, *part) for part in parts])
    least = math.hypot(*(wilson(0.0, own.images, level)[1] for own in squares))
    half = max(quantile(level, degrees) * math.sqrt(variance), least)
    mean = float(np.asarray(first, dtype=np.float64).mean() - np.asarray(second, dtype=np.float64).mean())
    seeds = squares[0].seeds, squares[1].seeds
    agreeing = any(
        own.seeds > 1 and not own.rest > 0 and not spread.square > 0 for own, spread in zip(squares, used, strict=True)
    )
    images = min(own.images for own in squares)
    return Interval(mean, max(-1.0, mean - half), min(1.0, mean + half), degrees, seeds, images, agreeing)
