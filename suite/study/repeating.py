"""Trains the steps of a repetition, one after the other, each by a worker in its own directory of the workspace.

Killed or interrupted, the same command goes on from the last checkpoint; what is over is not trained again.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from suite import tasks
from suite.core import directories
from suite.core.directories import instance_directory
from suite.core.durable import read_json, write_json
from suite.core.hardware import cores
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal, unreadable
from suite.core.result import Result, read_result
from suite.executors import Executor, Worker, executor
from suite.executors.protocol import Ending
from suite.records.embedded import Embedded
from suite.study import attempted
from suite.study.again import Step, fields
from suite.study.interruption import Interruption
from suite.study.plan import train_examples
from suite.study.tolerance import KILLS_WITHOUT_PROGRESS, Stopped
from suite.training.origin import Origin
from suite.training.spec import RunSpec, changes

Say = Callable[[str], None]
OF_STUDIES = "; start a new instance"
"""How the advice begins that a refusal has for studies, and that is none here."""
WRITTEN_TOO = ("weights", "teacher", "search_space")
"""What a run's record has beside what its specification determines, before its sources are there."""


def directory_of(page: Embedded, step: Step, home: Path) -> Path:
    """Where a step's run lies in a workspace."""
    return instance_directory(home, page.study, page.instance) / step.key.path


def refuse_others(page: Embedded, last: Step, home: Path) -> None:
    """Raises Refusal where a run of other settings lies in the place of one that is to be trained."""
    for step in last.ordered():
        path = directory_of(page, step, home) / directories.RUN
        if not path.exists():
            continue
        try:
            found = read_json(path)["identity"]
            there = {name: value for name, value in found.items() if name not in WRITTEN_TOO}
            found = changes(there, step.spec.identity(step.dataset.hash))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise unreadable(path, error) from error
        if found:
            raise Refusal(
                f"{path.parent} holds this run with other settings: {'; '.join(found[:3])}; delete that folder, or "
                "write elsewhere with workspace=DIR"
            )


def carry_out(page: Embedded, last: Step, home: Path, say: Say) -> Result:
    """Train a step and all that it needs before; its result, or that of the first which was not completed.

    The caller holds the workspace's lock. Raises Stopped where somebody must mend something first, and
    KeyboardInterrupt on Ctrl-C and SIGTERM.
    """
    result = None
    for step in last.ordered():
        directory = directory_of(page, step, home)
        result = read_result(directory)
        if result is None:
            result = _trained(page, step, home, directory, say)
        else:
            say(f"{step.key} is in {directory} already")
        if result.outcome is not Outcome.COMPLETED:
            break
    assert result is not None, "a repetition has a step at least"
    return result


def starts(page: Embedded, step: Step, home: Path) -> dict[str, Origin]:
    """What a step starts and learns from, now that it is there."""
    found = dict(step.origins)
    for name, needed in step.needs.items():
        run = f"{page.study}/{page.instance}/{needed.key}"
        found[name] = Origin.of(run, directory_of(page, needed, home))
    return found


def _trained(page: Embedded, step: Step, home: Path, directory: Path, say: Say) -> Result:
    origins = starts(page, step, home)
    spec = replace(step.spec, weights=origins.get("weights"), teacher=origins.get("teacher"))
    space = (step.recorded.identity or {}).get("search_space", {})
    identity = {**spec.identity(step.dataset.hash), "search_space": space}
    write_json(directory / directories.RUN, {"key": str(step.key), "seed": step.seed, "identity": identity})
    threads = spec.threads or cores()
    spec = replace(spec, threads=threads)
    logs = instance_directory(home, page.study, page.instance) / "logs"
    pool = executor("local", 1, spec.backend, threads, logs, home)
    epochs = spec.applied.rounds(train_examples(step.dataset, spec.train_on_validation))
    with closing(pool):
        _follow(pool, spec, epochs, fields(page, step, spec), directory, say)
    result = read_result(directory)
    if result is None:
        raise Stopped(f"{step.key} is said to be finished, and {directory} has no result of it")
    return result


def _follow(pool: Executor, spec: RunSpec, epochs: int, asked: Mapping[str, Any], directory: Path, say: Say) -> None:
    """Have one worker train a run, of so many epochs, to its end."""
    selection, lost = tasks.get(spec.task).selection, 0
    pool.start()
    with Interruption() as interruption:
        while True:
            interruption.check()
            try:
                worker, event = pool.events.get(timeout=0.5)
            except queue.Empty:
                continue
            match event["event"]:
                case "ready":
                    worker.ready = True
                    worker.send(**_order(spec, asked, directory))
                case "epoch":
                    worker.send(stop=False)
                    lost = 0
                    value = event["row"].get(selection)
                    seen = "" if value is None else f"  {selection.replace('_', ' ')} {value:.4f}"
                    say(f"epoch {event['row']['epoch']}/{epochs}{seen}")
                case "passed_over":
                    say(event["reason"])
                case "finished":
                    return
                case "suspended":
                    raise Stopped(str(event["reason"]).partition(OF_STUDIES)[0].rstrip("."))
                case "exit":
                    pool.forget(worker)
                    if read_result(directory) is not None:
                        return
                    lost += 1
                    _lost(worker, Ending(event["ending"]), event["how"], lost)
                    say("the worker was killed; the run goes on from its last checkpoint")
                    pool.start()


def _lost(worker: Worker, ending: Ending, how: str, times: int) -> None:
    """Raises Stopped where another worker would be lost as well."""
    if ending is Ending.OUT_OF_MEMORY:
        raise Stopped("the system ended the worker for want of memory")
    if ending is Ending.CRASHED or times >= KILLS_WITHOUT_PROGRESS:
        raise Stopped(f"the worker ended ({how}): {worker.last_words()}; see {worker.log}")


def _order(spec: RunSpec, asked: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    attempt = attempted.begin(directory)
    started = attempted.first_start(directory)
    return {
        "do": "train",
        "spec": spec.as_mapping(),
        "directory": str(directory),
        "attempt": attempt,
        "fields": {**asked, "started_at": started},
    }
