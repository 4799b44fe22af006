"""Whether results support what was claimed: judged from intervals of differences, never from means.

An advantage is positive where what is claimed to be better is better. A 95% interval decides each form as a planned
test: superiority and non-inferiority by its nearer end, equivalence by both ends inside the margin (two one-sided
tests, Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987, at 2.5% each), a rise, or a gap that
grows, by all of its steps together (the intersection-union test, Berger, Technometrics 24, 1982: none needs a
correction), and its contradiction by any one of them, for which Bonferroni's correction is due.
"""

from __future__ import annotations

from collections.abc import Sequence

from suite.analysis.statistics.intervals import Interval

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "not decided"


def better(advantage: Interval, margin: float) -> str:
    """A claim of more than `margin` is supported where the whole interval lies above it, contradicted where below."""
    if advantage.low > margin:
        return SUPPORTED
    return CONTRADICTED if advantage.high < margin else UNDECIDED


def at_least(advantage: Interval, margin: float) -> str:
    """At least as good: supported where the interval leaves out being worse by `margin`."""
    return better(advantage, -margin)


def equal(advantage: Interval, margin: float) -> str:
    """Equal within `margin`: supported where the whole interval lies within it, contradicted where outside of it."""
    if -margin < advantage.low and advantage.high < margin:
        return SUPPORTED
    return CONTRADICTED if advantage.low > margin or advantage.high < -margin else UNDECIDED


def growing(steps: Sequence[Interval], corrected: Sequence[Interval], margin: float) -> str:
    """Each step a gain of more than `margin`, of a rise or of a gap: supported where all are, contradicted where one is
    not.

    `corrected`: the intervals of the same steps at the level 1 - 0.05 / steps.
    """
    if all(better(step, margin) == SUPPORTED for step in steps):
        return SUPPORTED
    return CONTRADICTED if any(better(step, margin) == CONTRADICTED for step in corrected) else UNDECIDED


def both(first: str, second: str) -> str:
    """The verdict on a claim of two parts: supported where both are, contradicted where either is."""
    if CONTRADICTED in (first, second):
        return CONTRADICTED
    return SUPPORTED if first == second == SUPPORTED else UNDECIDED


def room(form: str, advantage: Interval, margin: float) -> float:
    """How far the measured advantage lies from where the verdict turns: the smaller, the more it takes to decide."""
    mean = advantage.mean
    if form == "equal":
        return abs(abs(mean) - margin)
    return abs(mean + margin if form == "at_least" else mean - margin)
