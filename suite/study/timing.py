"""What training costs on this machine: each candidate in short rounds, by as many workers at a time as the study has.

A round is a whole run in small, a final one of a part of an epoch, so that all of what a run takes shows. The first
traces the graph. What follows are a short one and long ones, whose difference tells what images take from what every
call takes; medians count, so that a hiccup of the machine does not.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
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
from suite.study.estimate import remember_speed
from suite.study.ledger import Ledger

ROUND_SECONDS = 1.5
"""By how much a long round trains longer than a short one, if there are images for it; judging takes about as long."""
LEAST_SECONDS = 0.3
SHARE = 0.05
"""Of a time budget, for the rounds of all candidates."""
REPEATS = 3
FIRST_STEPS, GROWTH = 2, 5

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
        length = min(length, max(LEAST_SECONDS, SHARE * budget / (len(study.candidates) * 2 * REPEATS)))
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


@dataclass(frozen=True)
class _Round:
    """A round that is over: its result, what it took in all, and how many images it trained on and judged."""

    result: Result
    took: float
    trained: int
    judged: int

    @property
    def training(self) -> float:
        return self.result.device_seconds or 0.0

    @property
    def judging(self) -> float:
        return self.result.eval_seconds or 0.0

    @property
    def beside(self) -> float:
        """What it took beside its images."""
        return self.took - self.training - self.judging


@dataclass
class _Rounds:
    """The rounds of a candidate in one worker: the first, a short one, longer ones until one is long enough, and that
    again, REPEATS in all."""

    ledger: Ledger
    candidate: Candidate
    worker: Worker
    folder: Path
    length: float
    over: list[_Round] = field(default_factory=list)
    failure: str | None = None
    _steps: int = FIRST_STEPS
    _repeats: int = 0
    _sent: float = 0.0

    @property
    def open(self) -> bool:
        return self.failure is None and self._repeats < REPEATS

    @property
    def long(self) -> list[_Round]:
        return self.over[-REPEATS:]

    def send(self) -> None:
        """Have the worker train the next round."""
        directory = self.folder / str(len(self.over))
        directory.mkdir(parents=True)
        key = RunKey(self.candidate.name, self.ledger.study.tracks[0], "final", 0)
        spec, held_out = self.ledger.spec(key, {}), self._held_out()
        share = self._steps * self.candidate.recipe.batch_size / self._images
        spec = replace(
            spec,
            recipe=spec.recipe.with_parameters({"epochs": max(min(1.0, share), 0.001)}),
            data=replace(spec.data, validation_examples=held_out["validation"], test_examples=held_out["test"]),
            train_on_validation=False,
            expected_data_hash=None,
        )
        fields = self.ledger.asked_of(key, {}, spec.recipe.as_mapping())
        self._sent = time.monotonic()
        self.worker.send(do="train", spec=spec.as_mapping(), directory=str(directory), attempt=1, fields=fields)

    @property
    def _images(self) -> int:
        return len(self.ledger.dataset(self.candidate.name).train)

    def _held_out(self) -> dict[str, int]:
        """As many images to judge as to train on, of each part, as far as there are."""
        data, batch = self.ledger.dataset(self.candidate.name), self.candidate.recipe.batch_size
        classes = len(data.class_names)
        wanted = max(self._steps * batch, classes)
        return {"validation": min(wanted, max(len(data.validation), classes)), "test": min(wanted, len(data.test))}

    def take(self, event: Mapping[str, Any]) -> None:
        """What the worker tells."""
        if event["event"] == "epoch":
            self.worker.send(stop=False)
        elif event["event"] == "suspended":
            self.failure = str(event["reason"])
        elif event["event"] == "finished":
            self._ended(time.monotonic() - self._sent, self.folder / str(len(self.over)))

    def _ended(self, took: float, directory: Path) -> None:
        result = read_result(directory)
        assert result is not None, f"{directory} is said to be finished and has no result"
        if result.outcome in BROKEN or not result.images_per_second or not result.device_seconds:
            self.failure = f"{result.outcome}: {result.reason}"
            return
        trained = round(result.images_per_second * result.device_seconds)
        self.over.append(_Round(result, took, trained, sum(self._held_out().values())))
        if len(self.over) > 1:
            longer = self.over[-1].training - self.over[1].training
            if longer >= self.length or self._steps * self.candidate.recipe.batch_size >= self._images:
                self._repeats += 1
            else:
                self._steps *= GROWTH
        if self.open:
            self.send()


def _cost(found: list[_Rounds]) -> tuple[Cost, Result]:
    """The medians over the long rounds of all workers; and a round's result that has their speed.

    What a call takes however few its images are, which short and long rounds tell apart, is each epoch's.
    """
    long = [over for rounds in found for over in rounds.long]
    short = [rounds.over[1] for rounds in found]
    beside = max(0.0, median(over.beside for over in long))
    trained, judged = (
        _line([(getattr(over, what), getattr(over, doing)) for over in rounds] for rounds in (short, long))
        for what, doing in (("trained", "training"), ("judged", "judging"))
    )
    committing = median(over.result.checkpoint_seconds or 0.0 for over in long) / 2
    cost = Cost(
        images_per_second=trained[0],
        judged_per_second=judged[0],
        tracing_seconds=max(0.0, median(rounds.over[0].beside for rounds in found) - beside),
        run_seconds=beside,
        epoch_seconds=committing + trained[1] + judged[1] / 2,
    )
    return cost, replace(found[0].over[0].result, images_per_second=cost.images_per_second)


def _line(groups: Iterable[list[tuple[int, float]]]) -> tuple[float, float]:
    """Images a second, and the seconds that a call takes beside them, from short and long rounds of (images, seconds).

    Where both are about as long, as with sets of few images, all is counted as images.
    """
    (few, short), (many, long) = ((median(n for n, _ in group), median(s for _, s in group)) for group in groups)
    long = max(long, 1e-3)
    if many < 2 * few or long - short < long / 10:
        return many / long, 0.0
    speed = (many - few) / (long - short)
    return speed, max(0.0, short - few / speed)


def _said(result: Result, cost: Cost) -> str:
    macs = f", {result.macs / 1e6:.1f} M multiply-adds" if result.macs else ""
    return (
        f"{result.trainable_params:,} parameters{macs}, {cost.images_per_second:.0f} images/s, tracing "
        f"{cost.tracing_seconds:.0f} s"
    )
