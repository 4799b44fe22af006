"""What training costs on this machine: each candidate in short rounds, by as many workers at a time as the study has.

The first round (`suite.study.rounds`) traces the graph. What follows are a short one and long ones, whose difference
tells what images take from what every call takes; medians count, so that a hiccup of the machine does not.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from suite.config.candidate import Candidate
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.refusals import Refusal
from suite.core.result import Result
from suite.executors import Executor, executor
from suite.study.costs import Cost
from suite.study.estimate import remember_speed
from suite.study.ledger import Ledger
from suite.study.rounds import REPEATS, Rounds, cost_of

ROUND_SECONDS = 1.5
"""By how much a long round trains longer than a short one, if there are images for it; judging takes about as long."""
LEAST_SECONDS = 0.3
SHARE = 0.05
"""Of a time budget, for the training of all rounds."""
PATIENCE = 0.2
"""Of a time budget, the most for all rounds, their first ones aside."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Measured:
    """costs: of each candidate that could be measured. failed: why the others could not. start_seconds: of a worker.
    device: what computed."""

    costs: dict[str, Cost]
    failed: dict[str, str]
    start_seconds: float
    device: str


def measure(ledger: Ledger, say: Say, budget: float | None = None) -> Measured:
    """Measure each candidate in a temporary folder and say what came out; its speed is kept for later estimates.

    `budget`: seconds of the whole study, of which measuring takes a small part. Raises Refusal where workers do not
    start.
    """
    study = ledger.study
    costs, failed, device, starts = dict[str, Cost](), dict[str, str](), "", list[float]()
    length, patience = ROUND_SECONDS, math.inf
    if budget is not None:
        patience = PATIENCE * budget / len(study.candidates)
        length = min(length, max(LEAST_SECONDS, SHARE * budget / (len(study.candidates) * 2 * REPEATS)))
    with tempfile.TemporaryDirectory(dir=_shared_folder(study)) as name:
        logs = Path(name) / "logs"
        pool = executor(study.executor, study.workers, study.backend, ledger.threads, logs, study.workspace, study.ray)
        with closing(pool):
            for candidate in study.candidates:
                starts += [_start(pool) for _ in range(study.workers - len(pool.workers))]
                found = _measured(ledger, candidate, pool, Path(name) / candidate.name, length, patience)
                if isinstance(found, str):
                    failed[candidate.name] = found
                    say(f"{candidate.name}: {found}")
                    continue
                costs[candidate.name], result = found
                remember_speed(study.workspace, result)
                device = str(result.device)
                say(f"{candidate.name}: {_said(result, costs[candidate.name])}")
    return Measured(costs, failed, median(starts), device)


def _measured(
    ledger: Ledger, candidate: Candidate, pool: Executor, folder: Path, length: float, patience: float
) -> tuple[Cost, Result] | str:
    """A candidate's costs, and a result that has its speed; or why it could not be measured."""
    first = RunKey(candidate.name, ledger.study.tracks[0], "final", 0)
    if candidate.teacher and "teacher" not in ledger.sources.origins(first):
        return f"its teacher {candidate.teacher} has not trained yet"
    found = [
        Rounds(ledger, candidate, worker, folder / worker.name, length, patience=patience) for worker in pool.workers
    ]
    _carry_out(found, pool)
    return next((rounds.failure for rounds in found if rounds.failure), None) or cost_of(found)


def _shared_folder(study: Study) -> Path | None:
    """Where all machines see what is written, if there are several; otherwise the system's own place."""
    return study.workspace / "runs" if study.executor == "ray" else None


def _start(pool: Executor) -> float:
    """Start one more worker; the seconds that it took until it could work."""
    began, worker = time.monotonic(), pool.start()
    while not worker.ready:
        who, event = pool.events.get()
        if event["event"] == "ready":
            who.ready = True
        elif event["event"] == "exit" and who is worker:
            raise Refusal(f"workers do not start ({event['how']}): {worker.last_words()}")
    return time.monotonic() - began


def _carry_out(rounds: list[Rounds], pool: Executor) -> None:
    """Every worker goes through all its rounds, at the same time as the others."""
    by_worker = {one.worker.name: one for one in rounds}
    for one in rounds:
        one.send()
    while any(one.open for one in rounds):
        worker, event = pool.events.get()
        if worker.name not in by_worker:
            continue  # of a worker that is gone, or nobody's
        if event["event"] == "exit":
            by_worker[worker.name].failure = f"the worker ended ({event['how']}): {worker.last_words()}"
            pool.forget(worker)
        else:
            by_worker[worker.name].take(event)


def _said(result: Result, cost: Cost) -> str:
    macs = f", {result.macs / 1e6:.1f} M multiply-adds" if result.macs else ""
    return (
        f"{result.trainable_params:,} parameters{macs}, {cost.images_per_second:.0f} images/s, tracing "
        f"{cost.tracing_seconds:.0f} s"
    )
