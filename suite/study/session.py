"""One session of a study, with the workspace's lock held: train what is missing, project, report.

`look` comes before: it trains nothing, refuses what is wrong, and says what there is to do. Data that nobody has
decoded yet are decoded into the cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from suite import tasks
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.refusals import Refusal, os_error_text
from suite.core.result import Result
from suite.executors import executor
from suite.models import PublishedFile
from suite.projections import Instance, about, openers
from suite.projections.projector import Projector
from suite.study import allotment, evaluating, growth, precisions, seen
from suite.study.accounting import EVALUATION, REPORT, TRACKING, SessionClock
from suite.study.allotment import Allotment
from suite.study.coordinator import Coordinator, Stopped
from suite.study.costs import expected
from suite.study.description import plan_lines, write
from suite.study.display import progress
from suite.study.estimate import Estimate, clock, estimate
from suite.study.evaluating import Evaluations
from suite.study.failures import failures_text, unevaluated_text
from suite.study.growth import Growth, Judge
from suite.study.ledger import Ledger
from suite.study.opening import fetched, open_datasets, refuse_what_cannot_be_built, refuse_what_does_not_fit
from suite.study.plan import planned
from suite.study.sources import require_earlier
from suite.study.taking_over import take_over
from suite.study.threads import oversubscription
from suite.study.timing import measure

Report = Callable[[], Path]
"""Makes the report from what is on disk and returns its folder."""


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
        return lines


@dataclass(frozen=True)
class End:
    """How a session ended. state: finished, stopped or interrupted."""

    state: str
    failed: list[Result]
    unevaluated: dict[RunKey, str]
    """Why runs could not be evaluated: the same command tries them again."""
    lines: list[str]
    """What is left to say."""


def look(study: Study) -> Outlook:
    """Read what there is and plan. Raises Refusal for what cannot be carried out.

    Where a study's time is to be divided and is not yet, lengths are the recipes' until `divided`.

    The caller holds the workspace's lock, and what lost workers left is settled. A dry run is looked at without it,
    while others may be at work: it fills the cache of data at most.
    """
    require_earlier(study)
    session = SessionClock(study.directory, study.workers)
    precise, chosen = precisions.kept(study), allotment.kept(study)
    study = _as_chosen(study, precise, chosen)
    ledger = Ledger(study, open_datasets(study), alone=study.dry_run != "true")
    taken = take_over(ledger, study.published, write=study.dry_run == "false") if study.published else None
    if taken and chosen and study.dry_run == "false":
        allotment.keep(study, chosen)
    session.reread()
    growth.take_up(ledger)
    missing = [key for key in planned(ledger.study) if key not in ledger.results]
    for key in missing if ledger.published else ():
        if lacking := ledger.sources.without_weights(key):
            raise lacking
    files = fetched(ledger)
    refuse_what_cannot_be_built(ledger)
    refuse_what_does_not_fit(ledger)
    return Outlook(ledger, missing, estimate(ledger, missing), session, files, taken, chosen, precise)


def _as_chosen(study: Study, precise: precisions.Chosen, divided: Allotment | None) -> Study:
    """A study as it was asked, with the precisions and the lengths that were chosen for it."""
    study = precisions.applied(study, precise)
    return allotment.applied(study, divided) if divided else study


def settled(outlook: Outlook, asked: Study, say: Callable[[str], None]) -> Outlook:
    """Choose the precision of each candidate that leaves it to be measured (`asked`: the study before anything was
    chosen) and has none yet: measure, and write down what was chosen.

    A dry run writes nothing, and measures only where it is to. A candidate that cannot be measured stays at float32.
    """
    names, chosen = precisions.unsettled(asked, outlook.precisions), dict(outlook.precisions)
    chosen |= precisions.remembered(outlook.ledger, names)
    if (names := precisions.unsettled(asked, chosen)) and asked.dry_run not in ("true", "power"):
        found = {}
        for which in precisions.MEASURED:
            say(f"measuring the speed of {len(names)} candidates in {which}")
            study = outlook.ledger.study
            some = tuple(replace(one, precision=which) for one in study.candidates if one.name in names)
            ledger = Ledger(replace(study, candidates=some), outlook.ledger.datasets, alone=False)
            found[which] = measure(ledger, say, study.time.seconds if study.time else None).costs
        chosen |= precisions.remember(outlook.ledger, found)
    if chosen and asked.dry_run == "false":
        precisions.keep(asked, chosen)
    if chosen == outlook.precisions:
        return outlook
    study = replace(outlook.ledger.study, candidates=_as_chosen(asked, chosen, outlook.allotment).candidates)
    ledger = Ledger(study, outlook.ledger.datasets, alone=study.dry_run != "true")
    return replace(outlook, ledger=ledger, precisions=chosen, expected=estimate(ledger, outlook.missing))


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
        say(f"measuring the speed of {len(study.candidates)} candidates, to divide {study.time.text} among them")
        found = measure(outlook.ledger, say, study.time.seconds)
        for name, reason in found.failed.items():
            raise Refusal(f"candidate {name} could not be measured: {reason}; mend it, or leave it out")
        spent = time.monotonic() - began
        chosen = allotment.choose(outlook.ledger, found.costs, spent, found.start_seconds)
        chosen = {**chosen, "device": found.device}
    if study.dry_run == "false":
        allotment.keep(study, chosen)
    ledger = Ledger(allotment.applied(study, chosen), outlook.ledger.datasets, alone=study.dry_run != "true")
    missing = planned(ledger.study)  # nothing has trained before lengths were chosen
    return replace(outlook, ledger=ledger, missing=missing, expected=estimate(ledger, missing), allotment=chosen)


def carry_out(outlook: Outlook, report: Report, judge: Judge | None = None) -> End:
    """Train, project and report. What the report raises is not caught: by then everything is committed.

    `judge`: what `seeds=auto` goes by. Raises ValueError where a study has that, and there is no judge.
    """
    ledger, session, study = outlook.ledger, outlook.clock, outlook.ledger.study
    name, logs = study.executor, ledger.directory / "logs"
    workers = executor(name, study.workers, study.backend, ledger.threads, logs, study.workspace, study.ray)
    with closing(workers), progress(outlook.expected, study.task) as listener:
        write(ledger, "running", allotment=outlook.allotment)
        seen.keep(ledger)
        for line in workers.lines():
            listener.said(line)
        projector = Projector(openers(followed(study)), listener.said)
        describe = partial(write, ledger, "running", allotment=outlook.allotment)
        grows = Growth(ledger, judge, describe) if study.most_seeds else None
        coordinator = Coordinator(ledger, workers, projector, listener, session, grows)
        state, reason = _run(coordinator)
        unevaluated: dict[RunKey, str] = {}
        if state == "finished" and evaluating.missing(ledger):
            session.closing(EVALUATION)
            workers = executor(name, study.workers, study.backend, ledger.threads, logs, study.workspace, study.ray)
            evaluations = Evaluations(ledger, workers, projector, listener.said)
            state, reason = _run(evaluations)
            unevaluated = evaluations.failed
        if state != "finished":
            listener.said(f"{state}: {reason}")
    session.closing(TRACKING)
    description = write(ledger, state, reason, coordinator.limit.describe(), outlook.allotment)
    over = [ledger.results[key] for key in planned(ledger.study) if key in ledger.results]
    projector.candidates(over)
    projector.drain()
    session.closing(REPORT)
    session.write()
    folder = report()
    session.closing(TRACKING)
    projector.candidates(over, folder)
    projector.summary(folder, description)
    error, failed = projector.drain(), ledger.failures()
    session.write()
    lines = []
    if error:
        again = "the same command, or python -m suite.status rebuild=true with the same stores, projects them again"
        lines.append(f"tracking: {error}. The runs are safe; {again}")
    if failed:
        lines.append(failures_text(ledger, failed))
    if unevaluated:
        lines.append(unevaluated_text(unevaluated))
    return End(state, failed, unevaluated, lines)


def followed(study: Study) -> Instance:
    """What its projections follow of a study."""
    tags = {"budget": study.budget, "backend": study.backend, "precision": study.precision, "dataset": study.dataset}
    task = tasks.get(study.task)
    said = about({**vars(study), "metric": task.selection})
    return Instance(study.workspace, study.stores, study.name, study.instance, tags, task.artifacts, said)


def _run(stage: Coordinator | Evaluations) -> tuple[str, str | None]:
    """Run a stage to its end, whichever that is: the study's state, and the reason."""
    try:
        stage.run()
    except Stopped as stopped:
        return "stopped", str(stopped)
    except OSError as error:
        return "stopped", f"{os_error_text(error)}. What is committed stays; make room and go on"
    except KeyboardInterrupt:
        return "interrupted", "what is committed stays; the same command goes on from there"
    return "finished", None
