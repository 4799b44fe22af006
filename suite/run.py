"""`python -m suite.run study=NAME`: train what is missing of a study, and render its report."""

from __future__ import annotations

import contextlib
import shlex
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite.commandline import DONE, FAILED, INTERRUPTED, enter
from suite.core.directories import RunKey
from suite.core.refusals import os_error_text

if TYPE_CHECKING:
    import pandas as pd

    from suite.config.study import Study
    from suite.study.accounting import Session
    from suite.study.coordinator import Coordinator
    from suite.study.estimate import Estimate
    from suite.study.ledger import Ledger

HELP = """
Train a study's candidates under equal rules, tune each, repeat the winners over seeds, and render the report.

    python -m suite.run study=NAME [budget=smoke|laptop|full] [limit=2h] [dataset=NAME] [backend=NAME]
                        [precision=auto|float32|mixed_bfloat16] [workers=N] [workspace=DIR] [data_dir=DIR]
                        [offline=true] [dry_run=true|measure] [instance=NAME] [key=value ...]

Any value of the study, its recipe or its data can be set: seeds=5, search.trials=8, recipe.learning_rate=0.05,
data.train_examples=10000, candidates.resnet20.options.width=0.5. The same command, typed again, trains only what is
missing. Pictures of your own: dataset=folder data.path=DIR (one folder for each class).

Exit: 0 done; 1 a run failed, or the study had to stop; 2 refused before anything started; 130 interrupted, resumable.
"""


def execute(arguments: list[str]) -> tuple[int, pd.DataFrame | None]:
    """Carry out one command: the exit code, and the report's table (None after a dry run)."""
    from suite.config.compose import compose
    from suite.config.study import study_from

    study = study_from(compose(arguments), command=shlex.join(["python", "-m", "suite.run", *arguments]))

    from suite.core.lock import workspace_lock

    with workspace_lock(study.workspace):
        try:
            return _in_workspace(study)
        except OSError as error:
            print(f"stopped: {os_error_text(error)}. What is committed stays; the same command goes on")
            return FAILED, None


def _in_workspace(study: Study) -> tuple[int, pd.DataFrame | None]:
    """With the workspace's lock held: plan, train what is missing, project, report."""
    from suite.study.accounting import Session
    from suite.study.description import plan_lines, write
    from suite.study.estimate import clock, estimate
    from suite.study.ledger import Ledger
    from suite.study.opening import open_datasets, refuse_what_cannot_be_built
    from suite.study.plan import planned
    from suite.study.timing import measure

    session = Session(study.workspace / "runs" / study.name / study.instance, study.workers)
    ledger = Ledger(study, open_datasets(study))
    refuse_what_cannot_be_built(ledger)
    missing = [key for key in planned(study) if key not in ledger.results]
    expected = estimate(ledger, missing)
    print("\n".join(plan_lines(study, ledger)))
    basis = (
        "by the speed that this machine last showed"
        if expected.measured
        else "a first guess: nothing was measured here yet"
    )
    print(f"{len(missing)} runs to train, about {clock(expected.seconds)} ({basis})", flush=True)
    if study.dry_run == "true":
        return DONE, None
    if study.dry_run == "measure":
        lines, all_trained = measure(ledger, missing)
        print("\n".join(lines))
        return DONE if all_trained else FAILED, None
    write(ledger, "running")
    return _train_and_report(ledger, session, expected)


def _train_and_report(ledger: Ledger, session: Session, expected: Estimate) -> tuple[int, pd.DataFrame]:
    from suite.projections.projector import Projection
    from suite.study.coordinator import Coordinator
    from suite.study.description import write
    from suite.study.display import progress
    from suite.study.ledger import failures
    from suite.study.plan import planned

    study = ledger.study
    tags = {"budget": study.budget, "backend": study.backend, "precision": study.precision, "dataset": study.dataset}
    projection = Projection(ledger, tags)
    with progress(expected) as listener:
        coordinator = Coordinator(ledger, projection, listener, session)
        state, reason, code = _carry_out(coordinator)
        if state != "finished":
            listener.said(f"{state}: {reason}")
    description = write(ledger, state, reason, coordinator.limit.describe())
    failed = failures(ledger.results[key] for key in planned(study) if key in ledger.results)
    code = FAILED if failed and code == DONE else code
    projection.candidates()
    started = time.monotonic()
    error = projection.drain()
    session.tracking_seconds = time.monotonic() - started
    session.write()
    folder, table = _report(study, session)
    projection.summary(folder, description)
    error = projection.drain() or error
    if error:
        print(f"tracking: {error}. The runs are safe; python -m suite.status rebuild=true projects them again")
    if failed:
        print(failures_text(ledger, failed))
    return code, table


def failures_text(ledger: Ledger, failed: list[Mapping[str, Any]]) -> str:
    """How many runs failed, and how one is trained again: a failure is a result, so that no command repeats it."""
    counts = Counter(f"{result['candidate']} ({result['outcome']})" for result in failed)
    first = failed[0]
    folder = ledger.path(RunKey(first["candidate"], first["track"], first["phase"], first["number"]))
    return (
        f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed: "
        f"{', '.join(name if count == 1 else f'{count} x {name}' for name, count in counts.items())}. "
        f"A failure is a result; to train one again, mend its cause and delete its folder, here {folder}"
    )


def _carry_out(coordinator: Coordinator) -> tuple[str, str | None, int]:
    """Run the coordinator to its end, whichever that is: the study's state, the reason, the exit code."""
    from suite.study.coordinator import Stopped

    try:
        coordinator.run()
    except Stopped as stopped:
        return "stopped", str(stopped), FAILED
    except OSError as error:
        return "stopped", f"{os_error_text(error)}. What is committed stays; make room and go on", FAILED
    except KeyboardInterrupt:
        return "interrupted", "what is committed stays; the same command goes on from there", INTERRUPTED
    return "finished", None, DONE


def _report(study: Study, session: Session) -> tuple[Path, pd.DataFrame]:
    from suite.analysis import rendering
    from suite.analysis.terminal import summary

    started = time.monotonic()
    before = rendering.instance_shown(study.workspace / "reports" / study.name)
    folder = rendering.refresh(study.workspace, study.name, study.instance)
    table = rendering.render(folder)
    session.report_seconds = time.monotonic() - started
    session.write()
    with contextlib.suppress(BrokenPipeError):  # whoever read along has gone: the study is done all the same
        print(summary(folder, table), flush=True)
        if before not in (None, study.instance):
            print(f"It replaces that of another instance: python -m suite.report study={study.name} instance={before}")
    return folder, table


def main(arguments: list[str]) -> int:
    return execute(arguments)[0]


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
