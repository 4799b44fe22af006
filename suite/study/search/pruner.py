"""When a trial is stopped early: only when what earlier trials gained from there on would leave it behind the best.

Ranks among few, noisy trials say little: of four equally good ones somebody is always last. So a trial is not judged by
its rank but by where it would end. Earlier trials that trained to the end show what is gained between a rung and the
end, and how much those gains differ, be it by noise or because curves cross; that difference is the doubt which a trial
is given the benefit of. The first trials stop for nobody, the recipe as it stands is no more spared than any other in
their place, and among equals hardly any trial stops (`python -m suite.bench.search` measures it). A decision looks
at every other trial that has trained to its end by then, whatever its number: where trials run at the same time, ends
come in any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, median, stdev

from scipy.stats import t

Rule = Callable[[int, float, Sequence[Mapping[int, float]]], bool]
"""Whether to stop a trial, from its epoch, its value there, and the curves (epoch to value) of the others so far."""

LEAST_RIVALS = 3  # of two, the spread of the gains is one difference
FIRST_EPOCH = 2  # after one epoch a curve shows how fast a recipe starts, not where it ends
RUNGS = (1 / 3, 1 / 2, 3 / 4)  # shares of the epochs
ERROR = 0.02  # the chance, at a rung, to stop a trial that is as good as the best

DESCRIPTION = (
    f"A search trial stops after a third, a half or three quarters of its epochs (never before epoch {FIRST_EPOCH}) if "
    f"at least {LEAST_RIVALS} others have trained to the end, it is below their median at that epoch, and what they "
    "gained from there on, with an allowance for how much those gains differ, would leave it behind the best of them."
)


def rungs(epochs: int) -> frozenset[int]:
    """The epochs after which a trial may be stopped. With 3 epochs there is one, 2; with fewer there is none."""
    return frozenset(epoch for share in RUNGS if FIRST_EPOCH <= (epoch := math.ceil(share * epochs)) < epochs)


class GainPruner:
    """The rule for trials of `epochs` epochs, where higher values are better."""

    def __init__(self, epochs: int) -> None:
        self._epochs, self._rungs = epochs, rungs(epochs)

    def __call__(self, epoch: int, value: float, earlier: Sequence[Mapping[int, float]]) -> bool:
        """Whether to stop a trial with `value` after `epoch`, given the curves of the other trials so far.

        The trial is expected to gain what n earlier ones did, in the mean. Its own gain, the best one's luck and the
        mean itself are uncertain by one, one and 1/n of the gains' variance, hence Student's t times the square root of
        2 + 1/n; the best is the best of n, hence the error is shared among n (Bonferroni).
        """
        if epoch not in self._rungs:
            return False
        known = [(curve[epoch], curve[self._epochs]) for curve in earlier if {epoch, self._epochs} <= curve.keys()]
        known = [pair for pair in known if all(map(math.isfinite, pair))]
        n = len(known)
        if n < LEAST_RIVALS or value >= median(then for then, _ in known):
            return False
        gains = [end - then for then, end in known]
        allowance = float(t.ppf(1 - ERROR / n, n - 1)) * stdev(gains) * math.sqrt(2 + 1 / n)
        return value + fmean(gains) + allowance < max(end for _, end in known)
