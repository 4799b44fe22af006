"""The loop: epochs in segments on a fixed grid, a commit after each epoch and within long ones.

Where segments end depends on the work alone, never on the clock; the clock decides only whether a commit is written
there. So the arithmetic of a run is the same whether it was interrupted or not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from suite import tasks
from suite.core.directories import CHECKPOINTS, RUN
from suite.core.durable import read_json
from suite.core.metrics import of_part
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.data import Dataset
from suite.tasks import Evaluation
from suite.tasks.task import figures
from suite.training import checkpoint
from suite.training.augment import crops
from suite.training.clock import Clocks, Heartbeat, Pulse
from suite.training.device import accelerator, peak_memory_bytes, synchronize
from suite.training.energy import EnergyCounter
from suite.training.feed import epoch_order, evaluation_rows, feed
from suite.training.progress import Progress, Row
from suite.training.spec import RunSpec, made_otherwise
from suite.training.tracing import Graph

SEGMENT_WORK = 0.5e12
"""Multiply-adds of the forward pass per segment on a CPU: about 20 s on two cores."""
ACCELERATOR_FACTOR = 500
COMMIT_SECONDS = 60.0

OnEpoch = Callable[[Row], bool]


def segment_steps(macs: float, batch_size: int) -> int:
    """Steps between two places where a commit is possible."""
    work = SEGMENT_WORK * (ACCELERATOR_FACTOR if accelerator() else 1)
    return max(1, int(work // (max(macs, 1.0) * batch_size)))


def training_index(spec: RunSpec, data: Dataset) -> np.ndarray:
    """Positions of the images that a run trains on. Raises Refusal where they do not fill one batch."""
    index = np.concatenate([data.train, data.validation]) if spec.train_on_validation else data.train
    size = spec.applied.batch_size
    if len(index) < size:
        raise Refusal(f"recipe.batch_size={size} is more than the {len(index)} training images: make it smaller")
    return index


class Loop:
    """One run's training, from its start or its newest checkpoint to its end."""

    def __init__(self, spec: RunSpec, data: Dataset, graph: Graph, directory: Path, clocks: Clocks) -> None:
        self.spec, self.data, self.graph, self.directory, self.clocks = spec, data, graph, directory, clocks
        self.passes = spec.applied.passes
        self.batch_size = spec.applied.batch_size // self.passes
        self.task = tasks.get(spec.task)
        self.targets = self.task.targets(data)
        self.index = training_index(spec, data)
        self.labels = data.labels[self.index]
        self.validates = not spec.train_on_validation and len(data.validation) > 0
        self._check_stopping()
        self.batches = len(self.index) // spec.applied.batch_size * self.passes
        self.total_steps = spec.applied.steps(len(self.index)) * self.passes
        self.segment = segment_steps(graph.complexity.macs or graph.complexity.params, self.batch_size)
        self.identity = spec.digest(data.hash, graph.fingerprint)
        self._made_with = spec.determinants(data.hash, graph.fingerprint)
        self.images = None if graph.images is not None else data.images
        self.trained = self.images
        """What the host feeds in training, as `images` is in evaluation; None where the device holds it."""
        if data.larger is not None and crops(spec.applied.transforms):
            self.trained = None if graph.larger is not None else data.larger
        self.progress = Progress()
        self.passed_over: str | None = None
        """Why a checkpoint was not taken up, and where the run goes on instead; None where there was no such."""
        self._energy = EnergyCounter(accelerator())

    def resume(self) -> bool:
        """Take up the newest checkpoint; False if there is none. The graph must be at the run's start."""
        found = checkpoint.latest(self.directory / CHECKPOINTS, self.identity)
        if found is not None:
            arrays, state = found
            self.graph.restore(arrays)
            self.progress = Progress(**{key: state[key] for key in asdict(self.progress) if key in state})
            self.clocks.add(state["clocks"])
        passed = checkpoint.passed_over(self.directory / CHECKPOINTS, self.identity, self.progress.step)
        self.passed_over = self._why(passed) if passed else None
        self._heartbeat = Heartbeat(self.directory / CHECKPOINTS, self.clocks.device_seconds)
        self.clocks.replayed_seconds = self._heartbeat.lost
        self._committed = time.monotonic()
        return found is not None

    def _why(self, passed: list[dict[str, Any] | None]) -> str:
        reasons = dict.fromkeys("a checkpoint is damaged" if of is None else self._other(of) for of in passed)
        where = f"goes on from step {self.progress.step}" if self.progress.step else "starts again"
        return f"{where}: {'; '.join(reasons)}"

    def _other(self, manifest: dict[str, Any]) -> str:
        """What a checkpoint of another run was made with: by its manifest, or by the run's record for one of old."""
        made_with = manifest.get("made_with") or self._recorded()
        differences = made_otherwise(made_with, self._made_with) if made_with else []
        return f"its checkpoint was made with {', '.join(differences) or 'another version of the suite'}"

    def _recorded(self) -> dict[str, Any]:
        path = self.directory / RUN
        recorded = dict(read_json(path).get("identity", {})) if path.exists() else {}
        return {name: value for name, value in recorded.items() if name != "search_space"}  # of the study, not the run

    def warm_up(self) -> None:
        """Trace and compile what this run still needs, outside every other clock."""
        with self.clocks.count("compile_seconds"):
            row = np.resize(self.index, self.batch_size).astype("int32")
            if self.progress.step < self.total_steps:
                self.graph.warm_up("fit", self.trained, row, self.targets)
            if self.validates or self.spec.final:
                self.graph.warm_up("predict", self.images, row, self.targets)

    def train(self, on_epoch: OnEpoch) -> tuple[Outcome, str | None]:
        """Train to the end. Returns outcome and reason: completed, pruned, or diverged."""
        if self.progress.rows and self.progress.epoch_steps == 0:
            if on_epoch(self.progress.last):
                return self._pruned()  # the verdict on the last epoch may have been lost with the process
            if (reason := self._stopped()) is not None:
                return Outcome.COMPLETED, reason
        while self.progress.step < self.total_steps:
            self._train_segment()
            if not self.progress.finite:
                return self._diverged("the training loss is not finite")
            at_end = self.progress.epoch_steps == self._epoch_length()
            row = self._end_epoch() if at_end else None
            if row is not None and not math.isfinite(row["val_loss"] if self.validates else row["train_loss"]):
                return self._diverged("the validation loss is not finite", uncommitted=True)
            if (at_end or time.monotonic() - self._committed >= COMMIT_SECONDS) and not self.commit():
                return self._diverged("a weight is not finite", uncommitted=at_end)
            if row is not None and on_epoch(row):
                return self._pruned()
            if row is not None and (reason := self._stopped()) is not None:
                return Outcome.COMPLETED, reason
        return Outcome.COMPLETED, None

    def _epoch_length(self) -> int:
        """Steps of the epoch that is under way: the last one may be a part of the images."""
        return min(self.batches, self.total_steps - len(self.progress.rows) * self.batches)

    def _train_segment(self) -> None:
        epoch, done = len(self.progress.rows), self.progress.epoch_steps
        recipe = self.spec.applied
        order = epoch_order(self.index, recipe.batch_size, self.spec.seeds["order"], epoch, recipe, self.labels)
        rows = order.reshape(-1, self.batch_size)[done : min(done + self.segment, self._epoch_length())]
        before = self.clocks.device_seconds
        self._heartbeat.start(before)
        with self.clocks.count("device_seconds"):
            history = self.graph.step.fit(
                **feed(self.trained, rows, self.progress.step, self.targets),
                shuffle=False, verbose=0, callbacks=Pulse(self._heartbeat, self.graph.step),
            )  # fmt: skip
            synchronize(self.graph.counter)
        seconds = self.clocks.device_seconds - before
        self._heartbeat.write(self.clocks.device_seconds)
        means = {f"train_{name}": float(history.history[f"train_{name}"][-1]) for name in self.task.counted}
        self.progress.add(len(rows), means, seconds)

    def _end_epoch(self) -> Row:
        names = [metric.name for metric in of_part(self.task.metrics, "val")]
        validation: dict[str, float | None] = dict.fromkeys(names)
        if self.validates:
            validation |= figures(self.task, self.predict(self.data.validation), "val")
        rate = float(self.graph.optimizer.schedule(self.progress.step - 1))
        row = self.progress.end_epoch(self.progress.epoch_steps * self.batch_size, validation, rate)
        if self.spec.final and self.spec.tests_epochs:
            self._test_epoch()
        return row

    def _test_epoch(self) -> None:
        """Look at the test images, and keep what they say where nothing that chooses sees it."""
        tested = self.progress.tested
        tested += [None] * (len(self.progress.rows) - 1 - len(tested))  # of epochs before anybody asked
        tested.append(figures(self.task, self.predict(self.data.test), "test")[self.task.judged[0]])

    def tested(self) -> list[float | None]:
        """What the test images said after each epoch; None for those after which nobody looked, or looks any more."""
        return [*self.progress.tested, *[None] * (len(self.progress.rows) - len(self.progress.tested))]

    def predict(self, index: np.ndarray) -> Evaluation:
        """What the network does on the images at `index`, with the weights, or their average, as they are."""
        with self.clocks.count("eval_seconds"), self.graph.evaluated(self.progress.step):
            rows = evaluation_rows(index, self.batch_size)
            outputs = self.graph.step.predict(**feed(self.images, rows, 0, None), verbose=0)
            return self.task.evaluate(
                outputs[: len(index)], {name: values[index] for name, values in self.targets.items()}
            )

    def commit(self) -> bool:
        """Write a checkpoint; False, and nothing written, if a weight is not finite."""
        start = time.perf_counter()
        arrays = self.graph.state()
        if not all(np.isfinite(a).all() for a in arrays.values() if np.issubdtype(a.dtype, np.floating)):
            return False
        state = {**asdict(self.progress), "clocks": self.settled_clocks()}
        checkpoint.commit(
            self.directory / CHECKPOINTS, self.progress.step, self.identity, arrays, state, self._made_with
        )
        self.clocks.checkpoint_seconds += time.perf_counter() - start
        self._committed = time.monotonic()
        return True

    def settled_clocks(self) -> dict[str, Any]:
        """All clocks up to now, with the peak of memory and the energy."""
        clocks = Clocks()
        clocks.add(self.clocks.as_mapping())
        clocks.add({"peak_memory_bytes": peak_memory_bytes(), "energy_joules": self._energy.joules()})
        return clocks.as_mapping()

    def close(self) -> None:
        self._heartbeat.close()

    def _check_stopping(self) -> None:
        """Raises Refusal where the recipe looks at validation images and there are none."""
        for part in self.spec.applied.of("stopping"):
            if not self.validates:
                value = getattr(self.spec.applied, part.switch)
                raise Refusal(f"recipe.{part.switch}={value} needs validation images: set train_on_validation=false")

    def _stopped(self) -> str | None:
        """Why the recipe ends the training after the last epoch; None where it goes on."""
        recipe, seen = self.spec.applied, [row[self.task.selection] for row in self.progress.rows]
        return next(filter(None, (part.stops(seen, recipe.as_mapping()) for part in recipe.of("stopping"))), None)

    def _pruned(self) -> tuple[Outcome, str]:
        return Outcome.PRUNED, f"stopped after epoch {len(self.progress.rows)}: expected to end behind the best trial"

    def _diverged(self, what: str, uncommitted: bool = False) -> tuple[Outcome, str]:
        if uncommitted:  # its epoch's row was never told to anybody
            self.progress.rows.pop()
            del self.progress.tested[len(self.progress.rows) :]
        return Outcome.DIVERGED, f"{what} in epoch {max(self.progress.step - 1, 0) // max(self.batches, 1) + 1}"
