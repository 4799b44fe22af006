"""The folds of one study, each the records of an instance of its own, and its claims judged over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from suite.analysis.comparing.claims import (
    Judgement,
    compared,
    costs_less,
    measured,
    obstacle,
    verdict,
)
from suite.analysis.comparing.ranking import TEST_SET, conditions
from suite.analysis.folder.reading import Records
from suite.analysis.folder.values import values
from suite.analysis.statistics import verdicts
from suite.analysis.statistics.folds import over_folds
from suite.analysis.statistics.intervals import GROWTH, Interval
from suite.analysis.statistics.verdicts import UNDECIDED
from suite.core.claims import TIME, candidates_of, form_of
from suite.core.metrics import Metric
from suite.core.refusals import Refusal

OF_THE_FOLD = frozenset({"data.fold", "data.hash", "data.test_hash", *TEST_SET})
"""Conditions that make the fold."""

COUNTED = frozenset({"data.images", "recipe.epochs"})
"""Conditions that follow from how many images a fold leaves: equal parts differ by one image."""

NEARLY = 0.05


@dataclass(frozen=True)
class Fold:
    """One fold's records; `number` counts from 0."""

    number: int
    of: int
    records: Records


def fold_of(study: Mapping[str, Any]) -> tuple[int, int] | None:
    """Which fold of how many a study's description is of; None where it is of none, or of several."""
    described = [candidate.get("data") or {} for candidate in study["candidates"].values()]  # those of old have none
    found = {(data.get("fold"), data.get("folds")) for data in described}
    fold, folds = found.pop() if len(found) == 1 else (None, None)
    return None if fold is None or folds is None else (int(fold), int(folds))


def as_folds(studies: Iterable[Records]) -> list[Fold]:
    """The records of one study's folds, in order.

    Raises Refusal where one is of no fold, where two are of the same, where they divide into different numbers of
    folds, and where anything differs between them but the images: the same candidate would be two things.
    """
    folds = list[Fold]()
    for records in studies:
        place = fold_of(records.study)
        if place is None:
            raise Refusal(f"{_name(records)} is no fold: its data has no data.folds and data.fold")
        folds.append(Fold(*place, records))
    folds.sort(key=lambda fold: fold.number)
    if len(folds) < 2:
        raise Refusal("results are pooled over two folds at least; run the others with data.fold=1, data.fold=2 ...")
    for before, fold in pairwise(folds):
        if fold.of != before.of:
            raise Refusal(f"{_name(before.records)} is of {before.of} folds, {_name(fold.records)} of {fold.of}")
        if fold.number == before.number:
            raise Refusal(
                f"{_name(before.records)} and {_name(fold.records)} are both fold {fold.number}; "
                "name one instance of each fold: folds=[NAME,NAME]"
            )
        _require_alike(folds[0].records, fold.records)
    return folds


def _require_alike(first: Records, other: Records) -> None:
    for track in first.study["tracks"]:
        for name in sorted(first.study["candidates"].keys() & other.study["candidates"].keys()):
            one, two = conditions(first, name, track), conditions(other, name, track)
            apart = sorted(key for key in {*one, *two} - OF_THE_FOLD if not _alike(key, one.get(key), two.get(key)))
            if apart:
                raise Refusal(
                    f"{_name(first)} and {_name(other)} are not folds of one study: {name} differs in "
                    f"{', '.join(apart)}"
                )


def _alike(key: str, one: str | None, two: str | None) -> bool:
    if one == two:
        return True
    return key in COUNTED and one is not None and two is not None and abs(float(one) / float(two) - 1) < NEARLY


def _name(records: Records) -> str:
    return f"instance {records.study['instance']}"


def judgements(folds: Sequence[Fold]) -> list[Judgement]:
    """Every claim of the study on each track, judged from one advantage for each fold."""
    study = folds[0].records.study
    return [_judged(folds, claim, track) for claim in study["claims"] for track in study["tracks"]]


def _judged(folds: Sequence[Fold], claim: Mapping[str, Any], track: str) -> Judgement:
    form, names = str(form_of(claim)), candidates_of(claim)
    margin, cheaper = float(claim.get("margin") or 0.0), claim.get("with_less")
    first = folds[0].records
    name = claim.get("metric", first.task.judged[0])
    metric = measured(first).get(name) or Metric(name, "count", "higher", name)
    place = (str(claim["text"]), str(claim.get("source") or ""), track, form, names, metric, margin)
    reasons = [f"fold {fold.number}: {text}" for fold in folds if (text := _obstacle(fold, names, track, metric))]
    comparisons = compared(form, names)
    steps = [] if reasons else [_step(folds, sides, track, metric, len(comparisons)) for sides in comparisons]
    if reasons or None in steps:
        reason = "; ".join(reasons) or "the folds agree: nothing is known of how far they spread"
        return Judgement(*place, UNDECIDED, None, reason, cheaper)
    found = [step for step in steps if step is not None]
    decided = verdict(form, [step[0] for step in found], [step[1] for step in found], margin)
    advantage, reason = min((step[0] for step in found), key=lambda interval: interval.low), ""
    if cheaper:
        saves, reason = (
            (UNDECIDED, "times are compared fold by fold, in each fold's report")
            if cheaper == TIME
            else costs_less(first, names, track, cheaper, 0.95)
        )
        decided = verdicts.both(decided, saves)
    return Judgement(*place, decided, advantage, reason, cheaper)


def _obstacle(fold: Fold, names: Sequence[str], track: str, metric: Metric) -> str:
    missing = [name for name in names if name not in fold.records.study["candidates"]]
    return f"without {', '.join(missing)}" if missing else obstacle(fold.records, names, track, metric)


def _step(
    folds: Sequence[Fold], sides: Sequence[str], track: str, metric: Metric, comparisons: int
) -> tuple[Interval, Interval] | None:
    """One comparison's interval, and the one at the level of several; None where the folds agree."""
    direction = -1 if metric.better == "lower" else 1
    signs = [direction * sign for sign in GROWTH[: len(sides)]]
    found = over_folds(
        np.array(
            [
                sum(sign * figure(fold, side, track, metric) for sign, side in zip(signs, sides, strict=True))
                for fold in folds
            ]
        ),
        folds[0].of,
    )
    seeds = tuple(len(folds[0].records.finals(side, track)) for side in sides)
    images = sum(len(fold.records.shared(fold.records.finals(sides[0], track)[0], "label")) for fold in folds)
    intervals = [found.interval(level=1 - 0.05 / count) for count in (1, comparisons)]
    one, several = (
        None if bounds is None else Interval(found.mean, *bounds, found.degrees, seeds, images) for bounds in intervals
    )
    return None if one is None or several is None else (one, several)


def figure(fold: Fold, candidate: str, track: str, metric: Metric) -> float:
    """The mean over the seeds of a metric of one fold's test images; NaN where it is not known."""
    scores = fold.records.scores(candidate, track, metric) if metric.score else None
    found = values(fold.records, candidate, track, metric) if scores is None else scores
    return float(found.mean()) if found.size else float("nan")
