"""What training costs on this machine: each candidate in short rounds, by as many workers at a time as the study has.

A round is a whole run in small, a final one of a part of an epoch, so that all of what a run takes shows. The first
traces the graph, the second finds out how long the others are to be; of these the medians count, so that a hiccup of
the machine does not.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from suite.config.candidate import Candidate
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.outcomes import BROKEN
from suite.core.refusals import Refusal
from suite.core.result import Result, read_result
from suite.executors import Executor, Worker, executor
from suite.study.costs import Cost
from suite.study.estimate import FORWARD, remember_speed
from suite.study.ledger import Ledger

ROUND_SECONDS = 1.5
"""Training of a round, as long as there are images for it; judging takes about as long again."""
LEAST_SECONDS = 0.3
SHARE = 0.05
"""Of a time budget, for the rounds of all candidates."""
ROUNDS = 6
UNTIMED = 2
FIRST_STEPS = 2

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
    length = ROUND_SECONDS
    if budget is not None:
        length = min(length, max(LEAST_SECONDS, SHARE * budget / (len(study.candidates) * ROUNDS)))
    with tempfile.TemporaryDirectory(dir=_shared_folder(study)) as name:
        logs = Path(name) / "logs"
        pool = executor(study.executor, study.workers, study.backend, ledger.threads, logs, study.workspace, study.ray)
        with closing(pool):
            for candidate in study.candidates:
                starts += [_start(pool) for _ in range(study.workers - len(pool.workers))]
                found = _rounds_of(ledger, candidate, pool, Path(name) / candidate.name, length)
                lost = next((rounds.failure for rounds in found if rounds.failure), None)
                if lost is not None:
                    failed[candidate.name] = lost
                    say(f"{candidate.name}: {lost}")
                    continue
                costs[candidate.name], result = _cost(found)
                remember_speed(study.workspace, result)
                device = str(result.device)
                say(f"{candidate.name}: {_said(result, costs[candidate.name])}")
    return Measured(costs, failed, median(starts), device)


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


def _rounds_of(ledger: Ledger, candidate: Candidate, pool: Executor, folder: Path, length: float) -> list[_Rounds]:
    """Every worker goes through all rounds of a candidate, at the same time as the others."""
    found = {worker.name: _Rounds(ledger, candidate, worker, folder / worker.name, length) for worker in pool.workers}
    for rounds in found.values():
        rounds.send()
    while any(rounds.open for rounds in found.values()):
        worker, event = pool.events.get()
        rounds = found[worker.name]
        if event["event"] == "exit":
            rounds.failure = f"the worker ended ({event['how']}): {worker.last_words()}"
            pool.forget(worker)
        else:
            rounds.take(event)
    return list(found.values())


@dataclass
class _Rounds:
    """The rounds of a candidate in one worker. `over`: each with what it took in all and the images that it judged."""

    ledger: Ledger
    candidate: Candidate
    worker: Worker
    folder: Path
    length: float
    over: list[tuple[Result, float, int]] = field(default_factory=list)
    failure: str | None = None
    _held_out: int = 0
    _sent: float = 0.0

    @property
    def open(self) -> bool:
        return self.failure is None and len(self.over) < ROUNDS

    def send(self) -> None:
        """Have the worker train the next round."""
        directory = self.folder / str(len(self.over))
        directory.mkdir(parents=True)
        key = RunKey(self.candidate.name, self.ledger.study.tracks[0], "final", 0)
        spec = self.ledger.spec(key, {})
        steps, batches = self._steps(spec.recipe.batch_size), len(self.ledger.dataset(key.candidate).train)
        share = min(1.0, steps * spec.recipe.batch_size / batches)
        held_out = {part: min(self._held_out, count) for part, count in self._sizes().items()}
        spec = replace(
            spec,
            recipe=spec.recipe.with_parameters({"epochs": max(share, 0.001)}),
            data=replace(spec.data, validation_examples=held_out["validation"], test_examples=held_out["test"]),
            train_on_validation=False,
            expected_data_hash=None,
        )
        fields = self.ledger.asked_of(key, {}, spec.recipe.as_mapping())
        self._sent = time.monotonic()
        self.worker.send(do="train", spec=spec.as_mapping(), directory=str(directory), attempt=1, fields=fields)

    def _sizes(self) -> dict[str, int]:
        data = self.ledger.dataset(self.candidate.name)
        return {"validation": len(data.validation) or len(data.class_names), "test": len(data.test)}

    def _steps(self, batch: int) -> int:
        """How many steps the next round has; sets how many images it judges, the same number from the second on."""
        data = self.ledger.dataset(self.candidate.name)
        least = max(batch, len(data.class_names))
        if not self.over:
            self._held_out = least
            return FIRST_STEPS
        speed = self.over[-1][0].images_per_second or 0.0
        if len(self.over) == 1:
            self._held_out = max(least, int(self.length * speed / FORWARD / 2))
        return max(1, round(self.length * speed / batch))

    def take(self, event: Mapping[str, Any]) -> None:
        """What the worker tells."""
        if event["event"] == "epoch":
            self.worker.send(stop=False)
        elif event["event"] == "suspended":
            self.failure = str(event["reason"])
        elif event["event"] == "finished":
            took, result = time.monotonic() - self._sent, read_result(self.folder / str(len(self.over)))
            assert result is not None, f"{self.folder} is said to be finished and has no result"
            if result.outcome in BROKEN or not result.images_per_second:
                self.failure = f"{result.outcome}: {result.reason}"
                return
            self.over.append((result, took, sum(min(self._held_out, count) for count in self._sizes().values())))
            if self.open:
                self.send()


def _cost(found: list[_Rounds]) -> tuple[Cost, Result]:
    """The medians over the timed rounds of all workers; and a round's result that has their speed."""
    timed = [over for rounds in found for over in rounds.over[UNTIMED:]]
    beside = max(0.0, median(_beside(result, took) for result, took, _ in timed))
    speed = median(result.images_per_second or 0.0 for result, _, _ in timed)
    cost = Cost(
        images_per_second=speed,
        judged_per_second=median(judged / max(result.eval_seconds or 0.0, 1e-3) for result, _, judged in timed),
        tracing_seconds=max(0.0, median(_beside(*rounds.over[0][:2]) for rounds in found) - beside),
        run_seconds=beside,
        epoch_seconds=median(result.checkpoint_seconds or 0.0 for result, _, _ in timed) / 2,
    )
    first = found[0].over[0][0]
    return cost, replace(first, images_per_second=speed)


def _beside(result: Result, took: float) -> float:
    """What a round took beside its images."""
    return took - (result.device_seconds or 0.0) - (result.eval_seconds or 0.0)


def _said(result: Result, cost: Cost) -> str:
    macs = f", {result.macs / 1e6:.1f} M multiply-adds" if result.macs else ""
    return (
        f"{result.trainable_params:,} parameters{macs}, {cost.images_per_second:.0f} images/s, tracing "
        f"{cost.tracing_seconds:.0f} s"
    )
