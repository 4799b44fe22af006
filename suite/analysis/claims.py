"""Whether results support what was claimed: judged from the interval of a difference, never from two means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from scipy.stats import t

from suite.analysis.ranking import comparable, conditions, off_axes
from suite.analysis.reading import Records
from suite.analysis.statistics import Interval, difference_interval, satterthwaite

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "not decided"
LOWER_IS_BETTER = frozenset({"test_loss", "calibration_error"})


@dataclass(frozen=True)
class Judgement:
    """One claim on one track, and what the results say about it."""

    text: str
    source: str
    track: str
    better: str
    than: str
    metric: str
    margin: float
    verdict: str
    advantage: Interval | None  # of `better` over `than`, positive where better is better; fractions
    reason: str  # why it was not judged; empty where it was


def judge(advantage: Interval, margin: float) -> str:
    """A claim of more than `margin` is supported where the whole interval lies above it, contradicted where below."""
    if advantage.low > margin:
        return SUPPORTED
    return CONTRADICTED if advantage.high < margin else UNDECIDED


def judgements(records: Records) -> list[Judgement]:
    """Every claim of a study on each of its tracks. Candidates that differ off the study's axes are not compared."""
    return [_judged(records, claim, track) for claim in records.study["claims"] for track in records.study["tracks"]]


def _judged(records: Records, claim: Mapping[str, Any], track: str) -> Judgement:
    better, than = claim["better"], claim["than"]
    metric, margin = claim.get("metric", "test_accuracy"), float(claim.get("margin") or 0.0)
    axes = records.study["axes"]
    differing = comparable([off_axes(conditions(records, name, track), axes) for name in (better, than)])
    advantage, reason = None, ""
    if any(differing):
        reason = f"not comparable: they differ in {', '.join(differing[0] or differing[1])}"
    elif metric == "test_top5_accuracy" and len(records.study["data"]["class_names"]) <= 5:
        reason = "five classes are all there are"
    else:
        advantage = _advantage(records, better, than, track, metric)
        if advantage is None:
            reason = "too few finished runs"
    verdict = judge(advantage, margin) if advantage else UNDECIDED
    if advantage and advantage.images_only and verdict != UNDECIDED:
        reason = "one seed: the interval measures the choice of test images alone"
    return Judgement(
        str(claim["text"]),
        str(claim.get("source") or ""),
        track,
        better,
        than,
        metric,
        margin,
        verdict,
        advantage,
        reason,
    )


def _advantage(records: Records, better: str, than: str, track: str, metric: str) -> Interval | None:
    """The interval of the difference in the metric's good direction; None where there is not enough to compute it."""
    if metric in ("test_accuracy", "test_top5_accuracy"):
        hits = records.hits if metric == "test_accuracy" else records.top5_hits
        first, second = hits(better, track), hits(than, track)
        return None if first is None or second is None else difference_interval(first, second)
    values = [_values(records, name, track, metric) for name in (better, than)]
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    return welch(sign * values[0], sign * values[1]) if min(map(len, values)) > 1 else None


def _values(records: Records, candidate: str, track: str, metric: str) -> NDArray[Any]:
    runs = records.of(candidate, track, "final")
    return runs.loc[runs.outcome == "completed", metric].dropna().to_numpy()


def welch(first: NDArray[Any], second: NDArray[Any], level: float = 0.95) -> Interval:
    """Welch's interval of a difference of means over seeds, for what is known of a run only as one number.

    It measures the seeds alone, on this test set: `images` is 0.
    """
    mean = float(first.mean() - second.mean())
    variance, degrees = satterthwaite([(1 / len(x), float(x.var(ddof=1)), len(x) - 1) for x in (first, second)])
    half = 0.0 if math.isinf(degrees) else float(t.ppf(0.5 + level / 2, degrees)) * math.sqrt(variance)
    return Interval(mean, mean - half, mean + half, degrees, (len(first), len(second)), 0)
