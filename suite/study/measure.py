"""`dry_run=measure`: time a few steps of each candidate before anything is trained for good."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from suite.study.estimate import clock, estimate, remember_speed
from suite.study.executors import LocalExecutor
from suite.study.ledger import Ledger
from suite.study.records import RunKey

STEPS = 12
"""Training steps of a measurement: enough to be steady, few enough for the largest network on a few cores."""


def measure(ledger: Ledger, missing: list[RunKey]) -> list[str]:
    """Train each candidate for one short epoch in a temporary folder; returns the lines to print.

    The measured speeds are kept, so later estimates rest on them.
    """
    study, lines = ledger.study, []
    with tempfile.TemporaryDirectory() as name:
        executor = LocalExecutor(1, study.backend, Path(name) / "logs")
        worker = executor.start()
        try:
            for candidate in study.candidates:
                spec = ledger.spec(RunKey(candidate.name, study.tracks[0], "search", 0), {})
                batch = spec.recipe.batch_size
                data = replace(spec.data, train_examples=STEPS * batch, validation_examples=batch, test_examples=batch)
                spec = replace(spec, recipe=replace(spec.recipe, epochs=1), data=data, final=False)
                directory = Path(name) / candidate.name
                directory.mkdir()
                fields = {
                    "architecture": candidate.architecture,
                    "precision": study.precision,
                    "backend": study.backend,
                }
                worker.send(do="train", spec=spec.as_mapping(), directory=str(directory), attempt=1, fields=fields)
                lines.append(_wait(executor, ledger, candidate.name, directory))
        finally:
            executor.close()
    return [*lines, f"the plan: about {clock(estimate(ledger, missing).seconds)}"]


def _wait(executor: LocalExecutor, ledger: Ledger, candidate: str, directory: Path) -> str:
    from suite.study.records import read_result

    while True:
        worker, event = executor.events.get()
        if event["event"] == "epoch":
            worker.send(stop=False)
        elif event["event"] == "exit":
            return f"{candidate}: the worker ended (exit code {event['code']}): {worker.last_words()}"
        elif event["event"] == "finished":
            result = read_result(directory)
            assert result is not None
            if result["outcome"] != "completed":
                return f"{candidate}: {result['outcome']}: {result['reason']}"
            remember_speed(ledger.study.workspace, result)
            built = f"{result['trainable_params']:,} parameters, {result['macs'] / 1e6:.1f} M multiply-adds"
            speed = f"{result['images_per_second']:.0f} images/s, tracing {result['compile_seconds']:.0f} s"
            return f"{candidate}: {built}, {speed}"
