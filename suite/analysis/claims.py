"""Whether results support what was claimed: judged from the interval of a difference, never from two means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from suite.analysis.by_run import welch_interval
from suite.analysis.ranking import comparable, conditions, off_axes
from suite.analysis.reading import Records
from suite.analysis.seeds import completed, lacking, of_planned
from suite.analysis.spreads import Lending
from suite.analysis.statistics import Interval, difference_interval
from suite.core.metrics import Metric, by_name, of_part

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "not decided"


@dataclass(frozen=True)
class Judgement:
    """One claim on one track, and what the results say about it."""

    text: str
    source: str
    track: str
    better: str
    than: str
    metric: Metric
    margin: float
    verdict: str
    advantage: Interval | None  # of `better` over `than`, positive where better is better; in the metric's unit
    reason: str  # why it was not judged; empty where it was


def judge(advantage: Interval, margin: float) -> str:
    """A claim of more than `margin` is supported where the whole interval lies above it, contradicted where below."""
    if advantage.low > margin:
        return SUPPORTED
    return CONTRADICTED if advantage.high < margin else UNDECIDED


def judgements(records: Records) -> list[Judgement]:
    """Every claim of a study on each of its tracks. Candidates that differ off the study's axes are not compared."""
    lending = Lending(records)
    return [_judged(lending, claim, track) for claim in records.study["claims"] for track in records.study["tracks"]]


def _judged(lending: Lending, claim: Mapping[str, Any], track: str) -> Judgement:
    records = lending.records
    better, than, margin = claim["better"], claim["than"], float(claim.get("margin") or 0.0)
    name = claim.get("metric", records.task.judged[0])
    metric = by_name(of_part(records.task.metrics, "test")).get(name) or Metric(name, "count", "higher", name)
    advantage, reason = None, _obstacle(records, (better, than), track, metric)
    if not reason:
        advantage, reason = _advantage(lending, better, than, track, metric)
    verdict = judge(advantage, margin) if advantage else UNDECIDED
    if advantage and advantage.images_only and verdict != UNDECIDED:
        reason = f"{_without_spread(advantage)}: the interval measures the choice of test images alone"
    text, source = str(claim["text"]), str(claim.get("source") or "")
    return Judgement(text, source, track, better, than, metric, margin, verdict, advantage, reason)


def _without_spread(interval: Interval) -> str:
    return "one seed" if min(interval.seeds) < 2 else "the seeds agree on every image"


def _obstacle(records: Records, names: tuple[str, str], track: str, metric: Metric) -> str:
    """What forbids to judge a claim of two candidates, whatever their numbers; empty where nothing does."""
    axes = records.study["axes"]
    differing = comparable([off_axes(conditions(records, name, track), axes) for name in names])
    if any(differing):
        return f"not comparable: they differ in {', '.join(differing[0] or differing[1])}"
    if metric not in records.task.metrics:
        return f"{metric.name} is nothing that the task measures"
    missing = [(name, others) for name in names if (others := lacking(records, name, track))]
    return "; ".join(f"{name} has {of_planned(records, name, track)} ({others})" for name, others in missing)


def _advantage(lending: Lending, better: str, than: str, track: str, metric: Metric) -> tuple[Interval | None, str]:
    """The interval of the difference in the metric's good direction, or why there is none."""
    records, sign = lending.records, -1.0 if metric.better == "lower" else 1.0
    spreads = [lending.of(name, track, metric) for name in (better, than)]
    if metric.score is not None:
        first, second = (records.scores(name, track, metric) for name in (better, than))
        if first is None or second is None:
            return None, f"it says nothing where there are {len(records.study['data']['class_names'])} classes"
        if sign < 0:
            first, second, spreads = second, first, spreads[::-1]
        return difference_interval(first, second, spreads=spreads), ""
    values = [sign * _values(records, name, track, metric) for name in (better, than)]
    if min(map(len, values)) < 2:
        return None, "one seed: nothing is known of the seeds' spread"
    interval = welch_interval(values[0], values[1], spreads=spreads)
    return interval, "" if interval else "the seeds' values are equal: their spread is unknown"


def _values(records: Records, candidate: str, track: str, metric: Metric) -> NDArray[Any]:
    return completed(records, candidate, track)[metric.name].dropna().to_numpy()
