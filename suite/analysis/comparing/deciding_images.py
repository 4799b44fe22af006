"""The test images on which two candidates' seeds differ most, and how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.folder.reading import Records
from suite.core.claims import candidates_of, form_of
from suite.core.metrics import by_name

MOST_PAIRS = 4
"""Pairs of candidates on one track: more would be a page of their own."""
EACH_WAY = 6


@dataclass(frozen=True)
class Image:
    """A test image: its place among them, counted from 0, its true class, and what the seeds of both say of it.

    ahead: the mean score of the first's seeds minus that of the second's. said: by side, each class with how many seeds
    name it; right: by side, how many of how many seeds are right.
    """

    place: int
    true: str
    ahead: float
    said: tuple[Mapping[str, int], Mapping[str, int]]
    right: tuple[str, str]


@dataclass(frozen=True)
class Deciding:
    """Two candidates of a track. first, second: images on which all seeds of the one are right and none of the other;
    images: those on which they differ most, as many of either side, the first's first."""

    pair: tuple[str, str]
    track: str
    first: int
    second: int
    tested: int
    images: tuple[Image, ...]


def of_track(records: Records, rows: pd.DataFrame, shown: Mapping[str, Collection[int]]) -> list[Deciding]:
    """The first against the runner-up of one track, then the pairs of the study's claims, each pair once.

    shown: by candidate the places of images that a page can show; of images that decide alike, those of the first of a
    pair come first.
    """
    track = str(rows.track.iloc[0])
    found = [_of_pair(records, track, pair, shown.get(pair[0], ())) for pair in pairs(records, rows)[:MOST_PAIRS]]
    return [deciding for deciding in found if deciding is not None]


def pairs(records: Records, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """First and runner-up, then whom the claims compare, without what was named before."""
    ranked = [str(name) for name in rows[rows["rank"].notna()].candidate]
    asked = [(ranked[0], ranked[1])] if len(ranked) > 1 else []
    asked += [pair for claim in records.study["claims"] for pair in _claimed(claim)]
    found: dict[frozenset[str], tuple[str, str]] = {}
    for pair in asked:
        if pair[0] != pair[1]:
            found.setdefault(frozenset(pair), pair)
    return list(found.values())


def _claimed(claim: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    form, names = form_of(claim), candidates_of(claim)
    if form == "rising":
        yield from ((later, earlier) for earlier, later in pairwise(names))
    else:
        pairs = zip(names[::2], names[1::2], strict=False)
        yield from ((ahead, base) if form == "gap_grows" else (base, ahead) for base, ahead in pairs)


def _of_pair(records: Records, track: str, pair: tuple[str, str], shown: Collection[int]) -> Deciding | None:
    """None where one of the two has no results, or they were tested on different images."""
    metric = by_name(records.task.metrics)[records.task.judged[0]]
    known = [name in records.study["candidates"] for name in pair]
    tables = [records.scores(name, track, metric) for name in pair] if all(known) else []
    labels = [records.labels(name, track) for name in pair] if all(known) else []
    one, other = (*tables, None, None)[:2]
    if one is None or other is None or not np.array_equal(np.asarray(labels[0]), np.asarray(labels[1])):
        return None
    means = one.mean(axis=0, dtype=np.float64), other.mean(axis=0, dtype=np.float64)
    ahead = means[0] - means[1]
    order = _order(ahead, [_sureness(records, name, track) for name in pair], shown)
    places = [*order[ahead[order] > 0][:EACH_WAY], *order[ahead[order] < 0][:EACH_WAY]]
    apart = (int(((means[0] >= 1) & (means[1] <= 0)).sum()), int(((means[1] >= 1) & (means[0] <= 0)).sum()))
    names = list(records.study["data"]["class_names"])
    images = [
        Image(
            place=int(place),
            true=names[int(np.asarray(labels[0])[place])],
            ahead=float(ahead[place]),
            said=(_said(records, pair[0], track, place, names), _said(records, pair[1], track, place, names)),
            right=(f"{one[:, place].sum():g} of {len(one)}", f"{other[:, place].sum():g} of {len(other)}"),
        )
        for place in places
    ]
    return Deciding(pair, track, *apart, len(ahead), tuple(images))


def _order(ahead: NDArray[np.float64], sure: list[NDArray[np.float64]], shown: Collection[int]) -> NDArray[np.intp]:
    """The images by how far the two differ; of equals those that can be shown, then where the wrong one is surest."""
    visible = np.zeros(len(ahead), dtype=bool)
    visible[[place for place in shown if place < len(ahead)]] = True
    wrong = np.where(ahead > 0, sure[1], sure[0])
    return np.lexsort((np.arange(len(ahead)), -wrong, ~visible, -np.abs(ahead).round(6)))


def _sureness(records: Records, candidate: str, track: str) -> NDArray[np.float64]:
    """How sure a candidate's seeds are of what they say, (N,)."""
    runs = [records.arrays[f"{run}/confidence"] for run in records.finals(candidate, track)]
    return np.stack(runs).mean(axis=0, dtype=np.float64)


def _said(records: Records, candidate: str, track: str, place: int, names: list[str]) -> dict[str, int]:
    runs = [records.arrays[f"{run}/predicted"] for run in records.finals(candidate, track)]
    return dict(Counter(names[int(run[place])] for run in runs))
