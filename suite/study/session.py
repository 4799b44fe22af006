"""One session of a study, with the workspace's lock held: train what is missing, project, report.

`look` comes before: it trains nothing, refuses what is wrong, and says what there is to do. Data that nobody has
decoded yet are decoded into the cache.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from suite import tasks
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.refusals import os_error_text
from suite.core.result import Result
from suite.executors import executor
from suite.models import PublishedFile
from suite.projections import Instance, openers
from suite.projections.projector import Projector
from suite.study import evaluating, seen
from suite.study.accounting import EVALUATION, REPORT, TRACKING, SessionClock
from suite.study.coordinator import Coordinator, Stopped
from suite.study.description import plan_lines, write
from suite.study.display import progress
from suite.study.estimate import Estimate, clock, estimate
from suite.study.evaluating import Evaluations
from suite.study.ledger import Ledger
from suite.study.opening import fetched, open_datasets, refuse_what_cannot_be_built, refuse_what_does_not_fit
from suite.study.plan import planned
from suite.study.sources import NEVER_STARTED, require_earlier
from suite.study.taking_over import take_over
from suite.study.threads import oversubscription
from suite.study.tolerance import unavailable

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
            f"{len(self.missing)} runs to train, about {clock(self.expected.seconds)} ({basis})",
            *self._evaluations(),
        ]

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

    The caller holds the workspace's lock, and what lost workers left is settled. A dry run is looked at without it,
    while others may be at work: it fills the cache of data at most.
    """
    require_earlier(study)
    session = SessionClock(study.workspace / "runs" / study.name / study.instance, study.workers)
    ledger = Ledger(study, open_datasets(study), alone=study.dry_run != "true")
    taken = take_over(ledger, study.published, write=study.dry_run == "false") if study.published else None
    session.reread()
    missing = [key for key in planned(study) if key not in ledger.results]
    for key in missing if ledger.published else ():
        if lacking := ledger.sources.without_weights(key):
            raise lacking
    files = fetched(ledger)
    refuse_what_cannot_be_built(ledger)
    refuse_what_does_not_fit(ledger)
    return Outlook(ledger, missing, estimate(ledger, missing), session, files, taken)


def carry_out(outlook: Outlook, report: Report) -> End:
    """Train, project and report. What the report raises is not caught: by then everything is committed."""
    ledger, session, study = outlook.ledger, outlook.clock, outlook.ledger.study
    name, logs = study.executor, ledger.directory / "logs"
    workers = executor(name, study.workers, study.backend, ledger.threads, logs, study.workspace, study.ray)
    with closing(workers), progress(outlook.expected, study.task) as listener:
        write(ledger, "running")
        seen.keep(ledger)
        for line in workers.lines():
            listener.said(line)
        projector = Projector(openers(followed(study)), listener.said)
        coordinator = Coordinator(ledger, workers, projector, listener, session)
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
    description = write(ledger, state, reason, coordinator.limit.describe())
    projector.candidates([ledger.results[key] for key in planned(study) if key in ledger.results])
    projector.drain()
    session.closing(REPORT)
    session.write()
    folder = report()
    session.closing(TRACKING)
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
    return Instance(study.workspace, study.stores, study.name, study.instance, tags, tasks.get(study.task).artifacts)


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


def failures_text(ledger: Ledger, failed: list[Result]) -> str:
    """How many runs failed, and how one is trained again: a failure is a result, so that no command repeats it."""
    counts = Counter(f"{result.candidate} ({result.outcome})" for result in failed)
    text = (
        f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed: "
        f"{', '.join(name if count == 1 else f'{count} x {name}' for name, count in counts.items())}. "
    )
    lacking = [str(result.reason).partition(": ")[2] for result in failed if unavailable(result)]
    mendable = [r for r in failed if not unavailable(r) and not str(r.reason).startswith(NEVER_STARTED)]
    if lacking and not mendable:  # the same command tries these again
        return f"{text}{lacking[0]}"
    text += "".join(f"{reason}. " for reason in lacking[:1])
    first = (mendable or failed)[0]
    folder = ledger.path(RunKey(first.candidate, first.track, first.phase, first.number))
    return f"{text}A failure is a result; to train one again, mend its cause and delete its folder, here {folder}"


def unevaluated_text(reasons: Mapping[RunKey, str]) -> str:
    """How many runs could not be evaluated, and why the first one."""
    first, count = next(iter(reasons)), len(reasons)
    return (
        f"{count} {'evaluation' if count == 1 else 'evaluations'} on corrupted images failed, {first} for one: "
        f"{reasons[first]}. The same command tries {'it' if count == 1 else 'them'} again"
    )
