"""Comparisons of a study with `seeds=auto`: each is looked at with three seeds of both sides, with four, and so on.

A look takes the seeds that both sides have by then, the first ones of each, and each side's own spread: so it says the
same whatever else was trained since, and the report finds again what the study went by. The first look that decides
stays; where none does, the last one is what is known. Levels: `suite.analysis.statistics.looks`.

The degrees of freedom are those of the seeds even where their spread comes out as none beside the images': without
that, up to 5.8% of 1,000 studies of two equals decided something, and with it 1.8 to 4.3% in six regimes. What the rule
takes and decides: tests/analysis/comparing/test_sequential.py.

Candidates share seeds by number, and the analysis takes them for independent: in the published reports paired seeds'
accuracies correlate by 0.06 (95% of resampled studies: -0.12 to 0.36; shuffled seeds: standard deviation 0.10), which
is nothing that lowers a difference's variance measurably.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.analysis.comparing.by_run import Bounds, contrast_interval
from suite.analysis.statistics.intervals import Estimate, Interval, contrast, quantile
from suite.analysis.statistics.looks import ALPHA, levels
from suite.analysis.statistics.multiple import range_quantile
from suite.core.planning import AUTO

Decides = Callable[[Interval], bool]


@dataclass(frozen=True)
class Looks:
    """The looks of a study: how many seeds the first one has, and how many there may be at most."""

    first: int
    most: int

    def levels(self, alpha: float = ALPHA) -> Mapping[int, float]:
        """The level of each look by its number of seeds."""
        return levels(self.first, self.most, alpha)

    def until(self, seeds: int) -> range:
        """The looks that were taken when both sides have so many seeds."""
        return range(self.first, min(seeds, self.most) + 1)


def looks_of(study: Mapping[str, Any]) -> Looks | None:
    """The looks of a study as study.json describes it; None where the number of seeds was fixed."""
    found = study.get(AUTO)
    return Looks(int(study["seeds"]), int(found["most"])) if found else None


def first_deciding(intervals: Iterable[Interval | None], decides: Decides) -> Interval | None:
    """The first interval that decides, else the last; None without any."""
    last = None
    for interval in intervals:
        if interval is not None:
            last = interval
            if decides(interval):
                return interval
    return last


def looked_at(
    tables: Sequence[NDArray[np.generic]], signs: Sequence[int], looks: Looks, decides: Decides, alpha: float = ALPHA
) -> Interval:
    """The contrast of (S, N) tables of scores of the same images, at the look that decides it or the last.

    Raises ValueError where a side has not all of its first seeds.
    """
    asked = looks.levels(alpha)

    def at(seeds: int) -> Interval:
        found = _contrast(tables, signs, seeds)
        return found.interval(quantile(asked[seeds], found.degrees))

    found = first_deciding(map(at, looks.until(min(map(len, tables)))), decides)
    if found is None:
        raise ValueError(f"a first look takes {looks.first} seeds of each side")
    return found


def _contrast(tables: Sequence[NDArray[np.generic]], signs: Sequence[int], seeds: int) -> Estimate:
    """Of the first seeds of all sides, with the seeds' degrees of freedom even where they seem not to spread."""
    found = contrast([table[:seeds] for table in tables], signs, [None] * len(tables))
    return replace(found, degrees=found.together)


def values_looked_at(
    values: Sequence[NDArray[np.generic]],
    signs: Sequence[int],
    looks: Looks,
    decides: Decides,
    bounds: Bounds,
    alpha: float = ALPHA,
) -> Interval | None:
    """The same of what is known of a run only as one number; None where nothing is known of the spread."""
    asked, own = looks.levels(alpha), [None] * len(values)
    found = (
        contrast_interval([value[:seeds] for value in values], signs, asked[seeds], own, bounds)
        for seeds in looks.until(min(map(len, values)))
    )
    return first_deciding(found, decides)


def first_looked_at(tables: Sequence[NDArray[np.generic]], looks: Looks) -> list[Interval]:
    """The most accurate first's accuracy minus each other's, at the look where it is ahead, or at the last.

    Each pair is held against the range of all tables (Tukey; Games & Howell), at the level of its look: whichever is
    first on the day, and whenever one looks, at most 5% of studies put one ahead that is not.
    """
    return [pair_looked_at(tables[0], other, len(tables), looks, lambda look: look.low > 0) for other in tables[1:]]


def pair_looked_at(
    first: NDArray[np.generic], second: NDArray[np.generic], count: int, looks: Looks, decides: Decides
) -> Interval:
    """The first's accuracy minus the second's at the look that decides it or the last, held against the range of all
    `count` candidates: whichever pairs one looks at, at most 5% of studies decide any falsely."""
    asked = looks.levels()

    def at(seeds: int) -> Interval:
        found = _contrast([first, second], (1, -1), seeds)
        return found.interval(range_quantile(count, found.degrees, asked[seeds]) / math.sqrt(2))

    found = first_deciding(map(at, looks.until(min(len(first), len(second)))), decides)
    assert found is not None, "a ranked row has all of its first seeds"
    return found
