"""Dividing a set so that what belongs together stays together: all pictures of a subject are on one side.

Groups are dealt, the largest first, each to the side whose classes it brings nearest to their shares (the least sum of
squared deviations over what is due); then groups are moved until each class is on each side, where that can be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal
from suite.data.dataset import PARENT, Indices
from suite.data.layouts.words import listed
from suite.data.targets import Labels

Sides = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]
"""(groups, classes): how many images of a class a group has."""

ATTEMPTS = 32
"""Orders of dealing that are tried where a class is missing on a side."""


def groups_of(files: Sequence[str], rule: str) -> tuple[Indices, tuple[str, ...]]:
    """(N,) the group of each file, and the groups' names: by the name of its folder, or by what a pattern finds.

    Folders of one name in different classes are one group: whoever numbers subjects anew in each loses nothing by it.
    Raises Refusal where the pattern finds nothing in a file's path, and where all are of one group.
    """
    pattern = None if rule == PARENT else re.compile(rule)
    found = []
    missed = []
    for file in files:
        if pattern is None:
            found.append(PurePosixPath(file).parent.name)
            continue
        match = pattern.search(file)
        if match is None or match[1] is None:
            missed.append(file)
        else:
            found.append(match[1])
    if missed:
        raise Refusal(
            f"data.group={rule} finds no group in {len(missed):,} of {len(files):,} paths: {listed(missed, 5)}; "
            "mend the pattern, which is looked for in the path below data.path"
        )
    return numbered(found, rule)


def numbered(found: Sequence[str], rule: str) -> tuple[Indices, tuple[str, ...]]:
    """The same from the name of each file's group. Raises Refusal where all are of one."""
    names, number = np.unique(np.array(found, dtype=object).astype(str), return_inverse=True)
    if len(names) < 2:
        raise Refusal(f"data.group={rule}: all {len(found):,} pictures are of one group, {str(names[0])!r}")
    return number.astype(np.int64), tuple(map(str, names))


def dealt(labels: Labels, groups: Indices, shares: Sequence[float], seed: int) -> Sides:
    """(N,) the side of each image, as many sides as `shares`, which add up to 1; no group is on two sides.

    Each class is on each side where one of the orders that are tried makes it so; the first side goes before others.
    """
    names, own = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), labels.max() + 1), np.int64)
    np.add.at(counts, (own, labels), 1)
    counts = counts[:, counts.sum(axis=0) > 0]
    best, fewest = None, None
    for attempt in range(ATTEMPTS):
        sides = _moved(counts, _dealt(counts, np.asarray(shares), (seed, attempt)), len(shares))
        missing = _missing(counts, sides, len(shares))
        lacking = int(missing[0].sum()), int(missing.sum())
        if fewest is None or lacking < fewest:
            best, fewest = sides, lacking
        if not lacking[1]:
            break
    assert best is not None
    return best[own]


def _dealt(counts: Counts, shares: npt.NDArray[np.float64], seed: tuple[int, int]) -> Sides:
    """(groups,) the side of each."""
    generator = np.random.Generator(np.random.PCG64(seed))
    due = np.outer(shares, counts.sum(axis=0))
    have, sides = np.zeros_like(due), np.zeros(len(counts), np.int64)
    drawn = generator.permutation(len(counts))
    for group in drawn[np.argsort(-counts[drawn].sum(axis=1), kind="stable")]:
        more = counts[group]
        worse = (more * (2 * (have - due) + more) / due).sum(axis=1)  # of the squared deviations, over what is due
        sides[group] = int(worse.argmin())
        have[sides[group]] += more
    return sides


def _missing(counts: Counts, sides: Sides, number: int) -> npt.NDArray[np.bool_]:
    """(sides, classes): whether a class has no image there."""
    return np.stack([counts[sides == side].sum(axis=0) == 0 for side in range(number)])


def _moved(counts: Counts, sides: Sides, number: int) -> Sides:
    """The same with groups moved to sides that lack one of their classes, the smallest first, so that none loses."""
    has = (counts > 0).astype(np.int64)
    held = np.stack([has[sides == side].sum(axis=0) for side in range(number)])  # groups of each class on each side
    for side, label in np.argwhere(held == 0):
        if held[side, label]:
            continue
        movable = [
            group
            for group in np.flatnonzero(has[:, label])
            if sides[group] != side and (held[sides[group]][has[group] > 0] > 1).all()
        ]
        if not movable and side == 0:  # better in training alone than on another side alone
            movable = [group for group in np.flatnonzero(has[:, label]) if sides[group] != side]
        if movable:
            group = min(movable, key=lambda one: counts[one].sum())
            held[sides[group]] -= has[group]
            held[side] += has[group]
            sides[group] = side
    return sides
