"""One session of a study, with the workspace's lock held: train what is missing, project, report.

`suite.study.outlook` comes before.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from suite import tasks
from suite.config.study import Study
from suite.core.refusals import os_error_text
from suite.core.result import Result
from suite.executors import executor
from suite.projections import Instance, about, openers
from suite.projections.projector import Projector
from suite.study import seen
from suite.study.accounting import EVALUATION, REPORT, TRACKING
from suite.study.coordinator import Coordinator, Stopped
from suite.study.description import write
from suite.study.display import progress
from suite.study.evaluating import CORRUPTIONS, Evaluations
from suite.study.failures import failures_text, unevaluated_text
from suite.study.growth import Growth, Judge
from suite.study.latencies import TIMINGS
from suite.study.outlook import Outlook
from suite.study.plan import planned

Report = Callable[[], Path]
"""Makes the report from what is on disk and returns its folder."""


@dataclass(frozen=True)
class End:
    """How a session ended. state: finished, stopped or interrupted."""

    state: str
    failed: list[Result]
    unevaluated: list[str]
    """What could not be measured of runs that are over: the same command tries it again."""
    lines: list[str]
    """What is left to say."""


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
        unevaluated = list[str]()
        for kind in (CORRUPTIONS, TIMINGS):
            if state != "finished" or not kind.missing(ledger):
                continue
            session.closing(EVALUATION)
            workers = executor(name, study.workers, study.backend, ledger.threads, logs, study.workspace, study.ray)
            evaluations = Evaluations(ledger, workers, projector, listener.said, kind)
            state, reason = _run(evaluations)
            unevaluated += [unevaluated_text(evaluations.failed, kind.name)] if evaluations.failed else []
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
    return End(state, failed, unevaluated, [*lines, *unevaluated])


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
