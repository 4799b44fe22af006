"""What is on disk of a study and what is left to do: looked at before anything trains, with what is chosen once.

Nothing is trained but to measure speeds. What is wrong is refused here. Data that nobody has decoded yet are decoded
into the cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from suite.config.candidate import Candidate
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.refusals import Refusal
from suite.data import Dataset
from suite.models import PublishedFile
from suite.study import allotment, evaluating, growth, latencies, precisions, prior
from suite.study.accounting import SessionClock
from suite.study.allotment import Allotment
from suite.study.costs import expected
from suite.study.description import plan_lines
from suite.study.estimate import Estimate, clock, estimate
from suite.study.ledger import Ledger
from suite.study.opening import fetched, open_datasets, refuse_what_cannot_be_built, refuse_what_does_not_fit
from suite.study.plan import planned
from suite.study.sources import require_earlier
from suite.study.taking_over import take_over
from suite.study.threads import oversubscription
from suite.study.timing import Measured, measure


@dataclass(frozen=True)
class Outlook:
    """What is on disk of a study, and what is left to do."""

    ledger: Ledger
    missing: list[RunKey]
    expected: Estimate
    clock: SessionClock
    fetched: Mapping[PublishedFile, Sequence[str]]
    """The files of published weights that are not there yet, and the candidates that start from each."""
    taken: str | None = None
    """What was taken over from published records."""
    allotment: Allotment | None = None
    """How a study's time is divided; None where it is not yet, or has none."""
    precisions: precisions.Chosen = field(default_factory=dict)
    """Of candidates that leave it to be measured, what was chosen."""
    began: prior.Prior | None = None
    """What searches of the workspace selected before this one's began; None where it begins without."""
    measured: Measured | None = None
    """What was measured of candidates as they train, on the way to this."""

    def lines(self) -> list[str]:
        """The plan as people read it."""
        study = self.ledger.study
        shared = oversubscription(study.workers, self.ledger.threads) if study.executor == "local" else None
        basis = (
            "by the speed that this machine last showed"
            if self.expected.measured
            else "a first guess: nothing was measured here yet"
        )
        return [
            *([self.taken] if self.taken else []),
            *plan_lines(study, self.ledger),
            *(
                f"{', '.join(names)}: weights: imagenet: {file.name}, {file.size}, is not in {file.path.parent} and "
                "will be fetched"
                for file, names in self.fetched.items()
            ),
            *([shared] if shared else []),
            *([f"precision, by the speed that was measured: {said}"] if (said := self._precisions()) else []),
            *(allotment.lines(study, self.allotment) if self.allotment else []),
            *(prior.lines(study, self.began) if self.began is not None else []),
            f"{len(self.missing)} runs to train, about {clock(self.expected.seconds)} ({basis})",
            *growth.lines(self.ledger),
            *self._evaluations(),
        ]

    def _precisions(self) -> str:
        return precisions.line(self.ledger.study, self.precisions) if self.precisions else ""

    def _evaluations(self) -> list[str]:
        """What is left to do with final runs that have been trained already."""
        count, copies = len(evaluating.missing(self.ledger)), len(self.ledger.study.evaluation.copies)
        never = len(evaluating.without_weights(self.ledger))
        lines = [f"{count} trained runs to evaluate on {copies} corrupted copies of the test images"] if count else []
        if never:
            lines.append(
                f"{never} final runs came from published records, which hold no weights, and are not evaluated on "
                "corrupted copies"
            )
        if untimed := latencies.missing(self.ledger):
            lines.append(f"{len(untimed)} trained candidates whose latency is to be measured")
        if gone := latencies.without_weights(self.ledger):
            names = ", ".join(dict.fromkeys(key.candidate for key in gone))
            lines.append(
                f"the latency of {names} is not measured: all final runs came from published records, which hold no "
                "weights"
            )
        return lines


def look(study: Study) -> Outlook:
    """Read what there is and plan. Raises Refusal for what cannot be carried out.

    Where a study's time is to be divided and is not yet, lengths are the recipes' until `divided`.

    The caller holds the workspace's lock, and what lost workers left is settled. A dry run is looked at without it,
    while others may be at work: it fills the cache of data at most.
    """
    require_earlier(study)
    session = SessionClock(study.directory, study.workers)
    precise, chosen, began = precisions.kept(study), allotment.kept(study), _began(study)
    study = _as_chosen(study, precise, chosen, began)
    ledger = _ledger(study, open_datasets(study))
    taken = take_over(ledger, study.published, write=study.dry_run == "false") if study.published else None
    if study.dry_run == "false":
        if taken and chosen:
            allotment.keep(study, chosen)
        if began is not None:
            prior.keep(study, began)
    session.reread()
    growth.take_up(ledger)
    missing = [key for key in planned(ledger.study) if key not in ledger.results]
    for key in missing if ledger.published else ():
        if lacking := ledger.sources.without_weights(key):
            raise lacking
    files = fetched(ledger)
    refuse_what_cannot_be_built(ledger)
    refuse_what_does_not_fit(ledger)
    return Outlook(ledger, missing, estimate(ledger, missing), session, files, taken, chosen, precise, began)


def _ledger(study: Study, datasets: Mapping[str, Dataset]) -> Ledger:
    """What is on disk; a dry run that measures nothing leaves what lost workers left as it is."""
    return Ledger(study, datasets, alone=study.dry_run != "true")


def _began(study: Study) -> prior.Prior | None:
    """Where the searches of a study with a prior begin: as they did before, or by what there is in the workspace."""
    before = prior.kept(study)
    return prior.find(study) if before is None and study.search.prior else before


def _as_chosen(study: Study, precise: precisions.Chosen, divided: Allotment | None, began: prior.Prior | None) -> Study:
    """A study as it was asked, with the precisions, the lengths and the first trials that were chosen for it."""
    study = precisions.applied(study, precise)
    study = prior.applied(study, began) if began else study
    return allotment.applied(study, divided) if divided else study


def settled(outlook: Outlook, asked: Study, say: Callable[[str], None]) -> Outlook:
    """Choose the precision of each candidate that leaves it to be measured (`asked`: the study before anything was
    chosen) and has none yet: measure, and write down what was chosen.

    A dry run writes nothing, and measures only where it is to. A candidate that cannot be measured stays at float32.
    """
    names, chosen = precisions.unsettled(asked, outlook.precisions), dict(outlook.precisions)
    chosen |= precisions.remembered(outlook.ledger, names)
    if (names := precisions.unsettled(asked, chosen)) and asked.dry_run not in ("true", "power"):
        found = {which: _measured_in(outlook, which, names, say) for which in precisions.MEASURED}
        chosen |= precisions.remember(outlook.ledger, {which: one.costs for which, one in found.items()})
        outlook = replace(outlook, measured=precisions.as_chosen(found, chosen))
    if chosen and asked.dry_run == "false":
        precisions.keep(asked, chosen)
    if chosen == outlook.precisions:
        return outlook
    study = replace(
        outlook.ledger.study, candidates=_as_chosen(asked, chosen, outlook.allotment, outlook.began).candidates
    )
    ledger = _ledger(study, outlook.ledger.datasets)
    if study.published and study.dry_run != "false":  # nothing of it is on disk
        take_over(ledger, study.published, write=False)
    return replace(outlook, ledger=ledger, precisions=chosen, expected=estimate(ledger, outlook.missing))


def _measured_in(outlook: Outlook, precision: str, names: Sequence[str], say: Callable[[str], None]) -> Measured:
    """Measure these candidates in a precision."""
    say(f"measuring the speed of {len(names)} candidates in {precision}")
    candidates = outlook.ledger.study.candidates
    return _measured_of(outlook, [replace(one, precision=precision) for one in candidates if one.name in names], say)


def _measured_of(outlook: Outlook, candidates: Sequence[Candidate], say: Callable[[str], None]) -> Measured:
    """Measure these candidates, in their share of a study's time."""
    study = outlook.ledger.study
    ledger = Ledger(replace(study, candidates=tuple(candidates)), outlook.ledger.datasets, alone=False)
    budget = study.time.seconds * len(candidates) / len(study.candidates) if study.time else None
    return measure(ledger, say, budget)


def divided(outlook: Outlook, say: Callable[[str], None], began: float | None = None) -> Outlook:
    """Divide a study's time, if it has one and that is not done yet: measure, choose, and write down what was chosen.

    A dry run writes nothing; where it does not measure, it goes by the speeds that are known. `began`: when the command
    was typed, by `time.monotonic`; by default when it looked. Raises Refusal for too little time, and for candidates
    that cannot be measured.
    """
    study, began = outlook.ledger.study, began or time.monotonic() - outlook.clock.passed()
    if study.time is None or outlook.allotment is not None:
        return outlook
    if study.dry_run in ("true", "power"):
        chosen = allotment.choose(outlook.ledger, expected(outlook.ledger), time.monotonic() - began)
    else:
        found = _measured(outlook, say)
        spent = time.monotonic() - began
        chosen = allotment.choose(outlook.ledger, found.costs, spent, found.start_seconds)
        chosen = {**chosen, "device": found.device}
    if study.dry_run == "false":
        allotment.keep(study, chosen)
    ledger = _ledger(allotment.applied(study, chosen), outlook.ledger.datasets)
    missing = planned(ledger.study)  # nothing has trained before lengths were chosen
    return replace(outlook, ledger=ledger, missing=missing, expected=estimate(ledger, missing), allotment=chosen)


def _measured(outlook: Outlook, say: Callable[[str], None]) -> Measured:
    """What each candidate costs: what was measured already to choose its precision, and the others now.

    Raises Refusal where one cannot be measured.
    """
    study, known = outlook.ledger.study, outlook.measured
    left = [one for one in study.candidates if known is None or one.name not in known.costs]
    assert study.time is not None
    if known is not None and not left:
        return known
    say(f"measuring the speed of {len(left)} candidates, to divide {study.time.text} among them")
    found = _measured_of(outlook, left, say)
    for name, reason in found.failed.items():
        raise Refusal(f"candidate {name} could not be measured: {reason}; mend it, or leave it out")
    costs = {**(known.costs if known else {}), **found.costs}
    return replace(found, costs={one.name: costs[one.name] for one in study.candidates})
