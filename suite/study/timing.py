"""`dry_run=measure`: time a few steps of each candidate before anything is trained for good."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from suite.config.candidates import Candidate
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.outcomes import Outcome
from suite.core.result import Result, read_result
from suite.executors import Executor, executor
from suite.study.estimate import clock, estimate, remember_speed
from suite.study.ledger import Ledger

STEPS = 12
"""Training steps of a measurement: enough to be steady, few enough for the largest network on a few cores."""


def measure(ledger: Ledger, missing: list[RunKey], say: Callable[[str], None]) -> bool:
    """Train each candidate for one short epoch in a temporary folder and say what came out; returns if all trained.

    The measured speeds are kept, so later estimates rest on them.
    """
    study = ledger.study
    with tempfile.TemporaryDirectory(dir=_shared_folder(study)) as name:
        say(f"measuring {STEPS} steps of each candidate, after half a minute or so of starting and tracing it")
        trained = []
        for candidate in study.candidates:
            line, whole = _measure(ledger, candidate, Path(name))
            say(line)
            trained.append(whole)
    say(f"the plan: about {clock(estimate(ledger, missing).seconds)}")
    return all(trained)


def _shared_folder(study: Study) -> Path | None:
    """Where all machines see what is written, if there are several; otherwise the system's own place."""
    return study.workspace / "runs" if study.executor == "ray" else None


def _measure(ledger: Ledger, candidate: Candidate, folder: Path) -> tuple[str, bool]:
    """Time one candidate in a worker of its own, so that one that breaks does not take the others with it."""
    study = ledger.study
    spec = ledger.spec(RunKey(candidate.name, study.tracks[0], "search", 0), {})
    batch = spec.recipe.batch_size
    held_out = max(batch, len(ledger.dataset(candidate.name).class_names))
    data = replace(spec.data, train_examples=STEPS * batch, validation_examples=held_out, test_examples=held_out)
    spec = replace(
        spec, recipe=spec.recipe.with_parameters({"epochs": 1}), data=data, final=False, expected_data_hash=None
    )
    directory = folder / candidate.name
    directory.mkdir()
    fields = ledger.asked_of(RunKey(candidate.name, study.tracks[0], "search", 0), {}, spec.recipe.as_mapping())
    logs = folder / "logs"
    worker_of = executor(study.executor, 1, study.backend, ledger.threads, logs, study.workspace, study.ray)
    try:
        worker_of.start().send(do="train", spec=spec.as_mapping(), directory=str(directory), attempt=1, fields=fields)
        text, trained = _wait(worker_of, ledger, directory)
        return f"{candidate.name}: {text}", trained
    finally:
        worker_of.close()


def _wait(executor: Executor, ledger: Ledger, directory: Path) -> tuple[str, bool]:
    while True:
        worker, event = executor.events.get()
        if event["event"] == "epoch":
            worker.send(stop=False)
        elif event["event"] == "exit":
            return f"the worker ended ({event['how']}): {worker.last_words()}", False
        elif event["event"] == "suspended":
            return str(event["reason"]), False
        elif event["event"] == "finished":
            result = read_result(directory)
            assert result is not None, f"{directory} is said to be finished and has no result"
            return _measured(ledger, result)


def _measured(ledger: Ledger, result: Result) -> tuple[str, bool]:
    if result.outcome is not Outcome.COMPLETED:
        return f"{result.outcome}: {result.reason}", False
    remember_speed(ledger.study.workspace, result)
    macs = f", {result.macs / 1e6:.1f} M multiply-adds" if result.macs else ""
    speed = f"{result.images_per_second:.0f} images/s, tracing {result.compile_seconds:.0f} s"
    return f"{result.trainable_params:,} parameters{macs}, {speed}", True
