"""A study's claims judged from its records: whether their candidates may be compared, the intervals, the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from suite.analysis.comparing.by_run import contrast_interval, sample_spread, welch_interval
from suite.analysis.comparing.differences import single_runs
from suite.analysis.comparing.ranking import axes_of, comparable, conditions, off_axes
from suite.analysis.comparing.sequential import Decides, Looks, looked_at, looks_of, values_looked_at
from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder import clocks
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed, lacking, of_planned
from suite.analysis.folder.values import errors, on_corrupted, values
from suite.analysis.statistics import verdicts
from suite.analysis.statistics.deciding import (
    Components,
    components_of,
    could_have_seen,
    images_needed,
    of_values,
    seeds_needed,
)
from suite.analysis.statistics.intervals import GROWTH, Interval, contrast, quantile
from suite.analysis.statistics.verdicts import CONTRADICTED, SUPPORTED, UNDECIDED
from suite.analysis.units import chance
from suite.core.axes import differing
from suite.core.claims import TIME, candidates_of, form_of
from suite.core.evaluation import CORRUPTED
from suite.core.metrics import Metric, by_name, of_part

STEPWISE = ("rising", "gap_grows")
"""Forms that claim a gain in each of several steps."""


@dataclass(frozen=True)
class Needed:
    """What would decide an open claim, were the measured advantage the true one; None where no number would."""

    seeds: int | None  # of each candidate, on these test images
    images: int | None  # with these seeds; None as well where the figure is no mean over images


@dataclass(frozen=True)
class Judgement:
    """One claim on one track, and what the results say about it."""

    text: str
    source: str
    track: str
    form: str
    candidates: tuple[str, ...]
    metric: Metric
    margin: float
    verdict: str
    advantage: Interval | None  # of the first over the second, or of a gap over the one before; positive where better
    reason: str  # why it was not judged, or what the verdict rests on; empty where there is nothing to say
    with_less: str | None = None
    visible: float | None = None  # the smallest advantage that this comparison could have seen
    needed: Needed | None = None  # of an open claim
    weakest: Step | None = None  # the comparison that it hangs on


@dataclass(frozen=True)
class Step:
    """One comparison: the advantage of the one, or the growth of a gap, at the level of one and at that of several."""

    advantage: Interval
    corrected: Interval
    components: Components
    sides: tuple[str, ...] = ()
    seeds: int = 0  # that all sides have


def judgements(records: Records) -> list[Judgement]:
    """Every claim of a study on each of its tracks. Candidates that differ off the study's axes are not compared."""
    lending = Lending(records)
    return [_judged(lending, claim, track) for claim in records.study["claims"] for track in records.study["tracks"]]


def _judged(lending: Lending, claim: Mapping[str, Any], track: str) -> Judgement:
    records, form, names = lending.records, str(form_of(claim)), candidates_of(claim)
    margin, cheaper = float(claim.get("margin") or 0.0), claim.get("with_less")
    name = claim.get("metric", records.task.judged[0])
    metric = measured(records).get(name) or Metric(name, "count", "higher", name)
    place = (str(claim["text"]), str(claim.get("source") or ""), track, form, names, metric, margin)
    reason, steps = obstacle(records, names, track, metric), list[Step]()
    if not reason:
        steps, reason = _steps(lending, form, names, track, metric, margin)
    if reason:
        return Judgement(*place, UNDECIDED, None, reason, cheaper)
    open_ones = [step for step in steps if _judge(form, step.advantage, margin) != SUPPORTED]
    weakest = min(open_ones or steps, key=lambda step: step.advantage.low)
    found = verdict(form, [step.advantage for step in steps], [step.corrected for step in steps], margin)
    looks = looks_of(records.study)
    if weakest.advantage.images_only and found != UNDECIDED:
        reason = f"{_without_spread(weakest.advantage)}: the interval measures the choice of test images alone"
    if form == "better" and not margin and (single := _single_runs(records, names, track, metric)):
        reason = "; ".join(part for part in (reason, single) if part)
    needed = _needed(form, weakest, margin) if found == UNDECIDED else None
    if looks:
        reason = "; ".join(part for part in (_looked(weakest, looks), reason) if part)
    if cheaper:
        level = looks.levels()[min(weakest.seeds, looks.most)] if looks else 0.95
        saves, said = costs_less(records, names, track, cheaper, level)
        found, reason = verdicts.both(found, saves), "; ".join(text for text in (said, reason) if text)
    level = looks.levels()[weakest.advantage.seeds[0]] if looks else 0.95
    seen = could_have_seen(weakest.advantage, level)
    return Judgement(*place, found, weakest.advantage, reason, cheaper, seen, needed, weakest)


def _single_runs(records: Records, names: Sequence[str], track: str, metric: Metric) -> str:
    """McNemar's test of a claim of two single runs; empty of others."""
    tables = [table for name in names if metric.score and (table := records.scores(name, track, metric)) is not None]
    p = single_runs(tables)[0] if len(tables) == 2 else math.nan
    return "" if math.isnan(p) else f"McNemar's test of the single runs, mid-p: {chance(p)}"


def _looked(step: Step, looks: Looks) -> str:
    return f"looked at from {looks.first} seeds on, with {step.advantage.seeds[0]} of at most {looks.most}"


def measured(records: Records) -> dict[str, Metric]:
    """What a claim may speak of, by name: what is measured of the test images, and of corrupted ones."""
    return by_name([*of_part(records.task.metrics, "test"), *on_corrupted(records.study)])


def verdict(form: str, advantages: Sequence[Interval], corrected: Sequence[Interval], margin: float) -> str:
    """The verdict on a claim from the intervals of its comparisons: of one, and at the level of several."""
    if form in STEPWISE:
        return verdicts.growing(advantages, corrected, margin)
    return _judge(form, advantages[0], margin)


def _judge(form: str, advantage: Interval, margin: float) -> str:
    """The verdict on one comparison; of a form with several on one of them."""
    known = {"at_least": verdicts.at_least, "equal": verdicts.equal}
    return known.get(form, verdicts.better)(advantage, margin)


def _needed(form: str, step: Step, margin: float) -> Needed:
    effect, advantage = verdicts.room(form, step.advantage, margin), step.advantage
    if not advantage.images:
        return Needed(seeds_needed(effect, step.components, 1), None)
    seeds = None if advantage.images_only else seeds_needed(effect, step.components, advantage.images)
    return Needed(seeds, images_needed(effect, step.components, max(2, min(advantage.seeds))))


def _without_spread(interval: Interval) -> str:
    return "one seed" if min(interval.seeds) < 2 else "the seeds agree on every image"


def obstacle(records: Records, names: Sequence[str], track: str, metric: Metric) -> str:
    """What forbids to judge a claim of these candidates, whatever their numbers; empty where nothing does."""
    axes = axes_of(records.study)
    apart = comparable([off_axes(conditions(records, name, track), axes) for name in names])
    if any(apart):
        return f"not comparable: they differ in {differing(next(filter(None, apart)))}"
    if metric.name not in measured(records):
        return f"{metric.name} is nothing that the task measures"
    missing = [(name, others) for name in names if (others := lacking(records, name, track))]
    if missing:
        return "; ".join(f"{name} has {of_planned(records, name, track)} ({others})" for name, others in missing)
    if metric.measure != CORRUPTED:
        return ""
    tables = {name: errors(records, name, track) for name in names}
    evaluated = {name: 0 if table is None else len(table) for name, table in tables.items()}
    few = [f"{count} of {name}'s" for name, count in evaluated.items() if count < len(records.finals(name, track))]
    return f"of the final runs {' and '.join(few)} were evaluated on corrupted images" if few else ""


def _steps(
    lending: Lending, form: str, names: Sequence[str], track: str, metric: Metric, margin: float
) -> tuple[list[Step], str]:
    """The comparisons that a claim is made of, or why one of them cannot be made."""
    steps, comparisons = list[Step](), compared(form, names)
    for sides in comparisons:
        step, reason = _step(
            lending,
            sides,
            track,
            metric,
            0.05 / len(comparisons),
            lambda found: _judge(form, found, margin) != UNDECIDED,
        )
        if step is None:
            return [], reason
        steps.append(step)
    return steps, ""


def compared(form: str, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The sides of each comparison, in the order of GROWTH's signs: two candidates, or two pairs, the later first."""
    if form == "rising":
        return [(later, earlier) for earlier, later in pairwise(names)]
    if form == "gap_grows":
        pairs = list(zip(names[::2], names[1::2], strict=True))
        return [(ahead, behind, before, base) for (base, before), (behind, ahead) in pairwise(pairs)]
    return [(names[0], names[1])]


def _step(
    lending: Lending, names: tuple[str, ...], track: str, metric: Metric, alpha: float, decides: Decides
) -> tuple[Step | None, str]:
    """The comparison of its sides in the metric's good direction, or why there is none.

    `alpha`: of one comparison among several. `decides`: where seeds were given one at a time, which look is the last.
    """
    records, direction = lending.records, -1 if metric.better == "lower" else 1
    signs, looks = [direction * sign for sign in GROWTH[: len(names)]], looks_of(records.study)
    spreads = [None if looks else lending.of(name, track, metric) for name in names]
    if metric.score is not None:
        tables = [records.scores(name, track, metric) for name in names]
        known = [table for table in tables if table is not None]
        if len(known) < len(tables):
            return None, f"it says nothing where there are {len(records.study['data']['class_names'])} classes"
        if looks:
            one, several = (looked_at(known, signs, looks, decides, at) for at in (0.05, alpha))
        else:
            found = contrast(known, signs, spreads)
            one, several = (found.interval(quantile(1 - at, found.degrees)) for at in (0.05, alpha))
        return Step(one, several, components_of(known, signs, spreads), names, min(map(len, known))), ""
    own = [values(records, name, track, metric) for name in names]
    if min(map(len, own)) < 2:
        return None, "one seed: nothing is known of the seeds' spread"
    most = len(names) / 2 * (metric.bounds[1] - metric.bounds[0])
    if looks:
        intervals = [values_looked_at(own, signs, looks, decides, (-most, most), at) for at in (0.05, alpha)]
    else:
        intervals = [contrast_interval(own, signs, 1 - at, spreads, (-most, most)) for at in (0.05, alpha)]
    if intervals[0] is None or intervals[1] is None:
        return None, "the seeds' values are equal: their spread is unknown"
    used = [spread or sample_spread(sample) for spread, sample in zip(spreads, own, strict=True)]
    return Step(intervals[0], intervals[1], of_values(used), names, min(map(len, own))), ""


def costs_less(records: Records, names: Sequence[str], track: str, cost: str, level: float) -> tuple[str, str]:
    """Whether the first candidate costs less than the second: the verdict, and what it rests on."""
    runs = [completed(records, name, track) for name in names]
    values = [part[cost].dropna().to_numpy() for part in runs]
    if not all(map(len, values)):
        return UNDECIDED, f"{cost} is not known of both"
    if cost != TIME:
        return SUPPORTED if values[0][0] < values[1][
            0
        ] else CONTRADICTED, f"{values[0][0]:,.0f} and {values[1][0]:,.0f} {cost}"
    settings = clocks.settings(pd.concat(runs))
    if len(settings) > 1:
        return UNDECIDED, f"times measured in different ways: {'; '.join(settings)}"
    saved = welch_interval(values[1], values[0], level)
    if saved is None:
        return UNDECIDED, "nothing is known of how far its times spread"
    return verdicts.better(saved, 0.0), f"{saved.mean:+.3g} s saved ({saved.low:+.3g} to {saved.high:+.3g})".replace(
        "-", "−"
    )
