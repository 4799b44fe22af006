"""How quickly each candidate's network answers, timed after all training: one run of each candidate and track.

How quickly a network answers is the same for all seeds, but for chance. So the first completed final run is taken that
has its weights here; one that came from published records with what was timed there keeps that. One after the other,
while no other worker of the study has a run and no store is being written to: whoever works beside a measurement is
part of it, and what else the machine did meanwhile is written down with it (`suite.core.latency`).
"""

from __future__ import annotations

from suite.core.directories import RunKey
from suite.core.latency import SECONDS, THROUGHPUT, read_latency
from suite.core.outcomes import Outcome
from suite.core.result import Result
from suite.study.evaluating import Kind
from suite.study.ledger import Ledger
from suite.study.plan import planned


def missing(ledger: Ledger) -> list[RunKey]:
    """The runs that are to be timed: the first that can be, of each candidate and track of which none was."""
    firsts = (next((key for key in keys if key not in ledger.published), None) for keys in _untimed(ledger))
    return [key for key in firsts if key is not None]


def without_weights(ledger: Ledger) -> list[RunKey]:
    """The first run of each candidate and track of which none can be timed: published records have no weights."""
    return [keys[0] for keys in _untimed(ledger) if all(key in ledger.published for key in keys)]


def _untimed(ledger: Ledger) -> list[list[RunKey]]:
    """The completed final runs of each candidate and track, where the study asks for it and none of them was timed."""
    places: dict[tuple[str, str], list[RunKey]] = {}
    for key in planned(ledger.study) if ledger.study.evaluation.latency else ():
        result = ledger.results.get(key)
        if key.phase == "final" and result is not None and result.outcome is Outcome.COMPLETED:
            places.setdefault((key.candidate, key.track), []).append(key)
    return [keys for keys in places.values() if not any(_is_timed(ledger, key) for key in keys)]


def _is_timed(ledger: Ledger, key: RunKey) -> bool:
    if not ledger.path(key).exists():  # a dry run takes nothing over, and says what would be
        return SECONDS in ledger.results[key].metrics
    return read_latency(ledger.path(key), ledger.results[key].ended_at) is not None


def said(result: Result) -> str:
    """What was timed, in a few words."""
    speed = result.metrics.get(THROUGHPUT)
    batches = "memory does not suffice for a batch" if speed is None else f"{_number(speed)} images/s in batches"
    return f"latency {_number(1000 * (result.metrics[SECONDS] or 0.0))} ms for one image, {batches}"


def _number(value: float) -> str:
    """Four digits, and no powers of ten: `1.235`, `12,346`."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


TIMINGS = Kind(
    ("measurement of latency", "measurements of latency"),
    missing,
    lambda ledger, busy: {"do": "time", "busy_workers": busy},
    said,
    alone=True,
)
