"""The rounds in which one candidate is measured by one worker, and what its costs are by them.

A round is a whole run in small, a final one of a part of an epoch, so that all of what a run takes shows.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from suite.config.candidate import Candidate
from suite.core.directories import RunKey
from suite.core.outcomes import BROKEN
from suite.core.result import Result, read_result
from suite.executors import Worker
from suite.study.costs import Cost
from suite.study.ledger import Ledger

REPEATS = 3
FIRST_STEPS, GROWTH = 2, 5


@dataclass(frozen=True)
class Round:
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
class Rounds:
    """The rounds of a candidate in one worker: the first, a short one, longer ones until one trains by `length` seconds
    longer, and that again, REPEATS in all; fewer where that takes more than `patience` seconds."""

    ledger: Ledger
    candidate: Candidate
    worker: Worker
    folder: Path
    length: float
    over: list[Round] = field(default_factory=list)
    failure: str | None = None
    patience: float = math.inf
    _repeats: int = 0
    _steps: int = FIRST_STEPS
    _sent: float = 0.0

    @property
    def open(self) -> bool:
        enough = self._repeats >= REPEATS or (self._repeats > 0 and self._impatient)
        return self.failure is None and not enough

    @property
    def _impatient(self) -> bool:
        return sum(over.took for over in self.over[1:]) > self.patience

    @property
    def long(self) -> list[Round]:
        return self.over[len(self.over) - self._repeats :]

    def send(self) -> None:
        """Have the worker train the next round."""
        directory = self.folder / str(len(self.over))
        directory.mkdir(parents=True)
        key = RunKey(self.candidate.name, self.ledger.study.tracks[0], "final", 0)
        spec, held_out = self.ledger.spec(key, {}), self._held_out()
        share = self._steps * self.candidate.recipe.batch_size / self._images
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
        held_out = self._held_out()
        judged = result.rounds * held_out["validation"] + held_out["test"]
        self.over.append(Round(result, took, trained, judged))
        if len(self.over) > 1:
            longer = self.over[-1].training - self.over[1].training
            if longer >= self.length or self._impatient:
                self._repeats += 1
            else:
                self._steps *= GROWTH
        if self.open:
            self.send()


def cost_of(found: list[Rounds]) -> tuple[Cost, Result]:
    """The medians over the long rounds of all workers; and a round's result that has their speed.

    What the first calls of a run take however few the images are, which short and long rounds tell apart, is counted
    beside them.
    """
    long = [over for rounds in found for over in rounds.long]
    short = [rounds.over[1] for rounds in found]
    beside = max(0.0, median(over.beside for over in long))
    trained, judged = (
        line([(getattr(over, what), getattr(over, doing)) for over in rounds] for rounds in (short, long))
        for what, doing in (("trained", "training"), ("judged", "judging"))
    )
    committing = median((over.result.checkpoint_seconds or 0.0) / (over.result.rounds + 1) for over in long)
    rows = median(over.result.rounds for over in long)
    cost = Cost(
        images_per_second=trained[0],
        judged_per_second=judged[0],
        tracing_seconds=max(0.0, median(rounds.over[0].beside for rounds in found) - beside),
        run_seconds=max(0.0, beside - rows * committing) + trained[1] + judged[1],
        epoch_seconds=committing,
    )
    return cost, replace(found[0].over[0].result, images_per_second=cost.images_per_second)


def line(groups: Iterable[list[tuple[int, float]]]) -> tuple[float, float]:
    """Images a second, and the seconds beside them, from short and long rounds of (images, seconds).

    Where both are about as long, all is counted as images.
    """
    (few, short), (many, long) = ((median(n for n, _ in group), median(s for _, s in group)) for group in groups)
    long = max(long, 1e-3)
    if many < 2 * few or long - short < long / 10:
        return many / long, 0.0
    speed = (many - few) / (long - short)
    return speed, max(0.0, short - few / speed)
