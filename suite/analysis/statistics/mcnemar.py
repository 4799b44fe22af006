"""Two single runs on the same test images: McNemar's test, with the mid-p value, and Holm's correction for many.

Only the images count on which one of the two is right and the other is not. Were both as good, each such image would go
either way like a coin. The exact test of that (McNemar, Psychometrika 12, 1947) is too careful with few such images;
its mid-p value counts half of the probability of what was seen (Fagerland, Lydersen & Laake, BMC Medical Research
Methodology 13:91, 2013): it kept its level in all 9,595 of their cases.

It measures the choice of test images alone: how much another seed would change, one run cannot say.

Arrays and numbers in, numbers out; imports nothing of the suite.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom


def discordant(first: NDArray[np.generic], second: NDArray[np.generic]) -> tuple[int, int]:
    """On how many images the first alone is right, and the second alone, from the hits of one run each, (N,).

    Raises ValueError where they are not as many, or are not hits: 0 or 1.
    """
    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"hits of one run each on the same images, not of shapes {a.shape} and {b.shape}")
    if not (np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all()):
        raise ValueError("a hit is 0 or 1")
    return int(((a == 1) & (b == 0)).sum()), int(((a == 0) & (b == 1)).sum())


def mid_p(first_alone: int, second_alone: int) -> float:
    """The two-sided mid-p value of the two numbers of `discordant`; 1 where there are no such images."""
    fewer, images = min(first_alone, second_alone), first_alone + second_alone
    if not images:
        return 1.0
    exact = min(1.0, 2 * float(binom.cdf(fewer, images, 0.5)))
    if first_alone == second_alone:
        return 1.0 - float(binom.pmf(fewer, images, 0.5)) / 2
    return exact - float(binom.pmf(fewer, images, 0.5))


def holm(values: Sequence[float]) -> list[float]:
    """p values corrected for being as many (Holm, Scandinavian Journal of Statistics 6, 1979), in the same order.

    Who calls significant what lies below 0.05 calls any true hypothesis so in at most 5% of cases.
    """
    order = np.argsort(values, kind="stable")
    found, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        found[place] = largest
    return found
