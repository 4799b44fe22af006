"""The trainer: one per worker process; it keeps data sets and traced graphs from run to run.

It writes into a run's directory and the decoded cache alone: checkpoints while it trains, and at the end the history
and, for final runs, predictions, weights and preprocessing. The result itself is written by the caller: that is the
commit point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from suite import models, tasks
from suite.core import faults
from suite.core.by_epoch import write_tested
from suite.core.directories import EXAMPLE, HISTORY, PREDICTIONS, WEIGHTS
from suite.core.durable import replacing, write_json
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal, first_line
from suite.data import Dataset, load
from suite.data.fit import Images
from suite.models.settings import as_it_comes
from suite.tasks.task import figures
from suite.training import device, keeping, starting
from suite.training.augment import crops
from suite.training.clock import Clocks
from suite.training.corrupted import evaluate
from suite.training.failures import GraphChanged, RunFailed
from suite.training.latency import time_network
from suite.training.loop import Loop, OnEpoch, training_index
from suite.training.preprocessing import Preprocessing, measure_preprocessing, recorded_preprocessing
from suite.training.spec import RunSpec
from suite.training.tracing import Graphs

__all__ = ["GraphChanged", "RunFailed", "RunSpec", "Trainer"]

DEVICE_BYTES = 1 << 30
"""Images up to this size lie on the device as a whole."""


OnPassedOver = Callable[[str, int], None]


@dataclass(frozen=True)
class Loaded:
    """A data set as a worker keeps it."""

    data: Dataset
    images: Any | None
    """All images in one variable on the device, or None where they do not fit."""
    larger: Any | None
    """Alike those that crops are taken from; None, too, where no run takes any."""


class Trainer:
    """Trains runs one after the other in this process."""

    def __init__(self, device_bytes: int = DEVICE_BYTES) -> None:
        device.keep_tensorflow_out()
        as_it_comes()
        self._device_bytes = device_bytes
        self._graphs = Graphs()
        self._loaded: dict[str, Loaded] = {}
        self._preprocessing: dict[str, Preprocessing] = {}
        self._deterministic = False

    def train(
        self, spec: RunSpec, directory: Path, on_epoch: OnEpoch, on_passed_over: OnPassedOver | None = None
    ) -> dict[str, Any]:
        """Train one run, from its newest checkpoint if it has one, and return what was measured for its result.

        `on_epoch` gets each epoch's row once it is committed and returns True to prune; after a resume it gets the
        last committed row again, for the answer may have been lost. `on_passed_over` is told why a checkpoint does not
        serve this run, and how many committed epochs it goes on from instead. Where the device's memory did not
        suffice, the result says so. Raises Refusal for data, options or a recipe that a user can mend, GraphChanged
        where the code builds another graph than earlier runs had, OSError when the disk fails, and RunFailed, from its
        cause, for anything else.
        """
        self._check(spec)
        if spec.deterministic == (not device.accelerator()):
            spec = replace(spec, deterministic=None)  # said in so many words or not: a checkpoint of either serves both
        clocks = Clocks()
        with clocks.count("setup_seconds"):
            device.reset_peak_memory()
        fields = self._device(spec)
        try:
            return fields | self._train(spec, directory, on_epoch, clocks, fields, on_passed_over)
        except Exception as error:
            self._forget()  # an interrupted step may have left the state half written, or given away
            if isinstance(error, GraphChanged | Refusal | OSError):
                raise
            fields |= clocks.as_mapping()
            if not device.is_out_of_memory(error):
                raise RunFailed(fields) from error
            return fields | {"outcome": Outcome.OUT_OF_MEMORY, "reason": first_line(error)}

    def evaluate(self, spec: RunSpec, directory: Path, copies: Sequence[Sequence[Any]]) -> None:
        """Evaluate a final run's last weights on corrupted copies of its test images, (kind, strength) each.

        Writes what `suite.core.evaluation` tells of into the run's directory, and nothing else. Raises Refusal where
        the run has no such weights, OSError when the disk fails.
        """
        self._check(spec)
        evaluate(spec, self._load(spec).data, directory, [(str(kind), int(strength)) for kind, strength in copies])

    def time(self, spec: RunSpec, directory: Path, busy_workers: int) -> None:
        """Time a final run's network with its last weights (`suite.training.latency`).

        Writes latency.json into the run's directory, and nothing else. busy_workers: others that have a run in hand
        meanwhile. Raises Refusal where the run has no such weights, OSError when the disk fails.
        """
        self._check(spec)
        time_network(spec, self._load(spec).data, directory, self._device(spec), busy_workers)

    def _device(self, spec: RunSpec) -> dict[str, Any]:
        """Under what this process computes, as a result has it."""
        return {
            "device": device.device_name(),
            "threads": None if device.accelerator() else spec.threads,
            "deterministic": self._deterministic,
        }

    def _check(self, spec: RunSpec) -> None:
        running = keras.backend.backend()
        if running != spec.backend:
            raise Refusal(f"the run wants backend={spec.backend}, and this process runs {running}: start it with that")
        if self._wants_determinism(spec) and not self._deterministic:
            device.enable_determinism()
            self._deterministic = True

    @staticmethod
    def _wants_determinism(spec: RunSpec) -> bool:
        """On a processor it costs little, and kills leave no trace in the bits; on an accelerator it costs speed."""
        return not device.accelerator() if spec.deterministic is None else spec.deterministic

    def _train(
        self,
        spec: RunSpec,
        directory: Path,
        on_epoch: OnEpoch,
        clocks: Clocks,
        fields: dict[str, Any],
        on_passed_over: OnPassedOver | None,
    ) -> dict[str, Any]:
        directory.mkdir(parents=True, exist_ok=True)
        with clocks.count("data_seconds"):
            loaded = self._load(spec)
            data = loaded.data
            if spec.expected_data_hash not in (None, data.hash):
                raise Refusal(
                    f"{data.name} is not what it was when the study was started (content hash {data.hash[:12]}, then "
                    f"{spec.expected_data_hash[:12]}): restore it, or start a new instance with instance=NAME"
                )
            spec.applied.check_pixels(data.input_shape[:2])
            if tasks.get(spec.task).boxes:
                spec.applied.check_boxes(spec.task)
            preprocessing = self._preprocess(spec, data)
            if spec.offline:
                models.require_published(spec.architecture, spec.options)
        with clocks.count("setup_seconds"):
            graph, initial = self._graphs.take(
                spec, data.input_shape, len(data.class_names), loaded.images, loaded.larger
            )
            if spec.expected_fingerprint not in (None, graph.fingerprint):
                raise GraphChanged(
                    f"{spec.architecture} builds another graph ({graph.fingerprint}) than the candidate's earlier runs "
                    f"({spec.expected_fingerprint}): the code has changed; start a new instance with instance=NAME"
                )
            loop = Loop(spec, data, graph, directory, clocks)
            sample = partial(starting.sample, data.images, loop.index, preprocessing)
            graph.set(initial, spec, preprocessing, loop.total_steps // loop.passes, sample)
            graph.step.set_classes(spec.applied, np.bincount(loop.labels, minlength=data.num_classes))
        fields |= {
            "train_examples": len(loop.index),
            "params": graph.complexity.params, "trainable_params": graph.complexity.trainable_params,
            "macs": graph.complexity.macs, "fingerprint": graph.fingerprint,
        }  # fmt: skip
        loop.resume()
        if loop.passed_over and on_passed_over:
            on_passed_over(loop.passed_over, len(loop.progress.rows))
        try:
            loop.warm_up()
            outcome, reason = loop.train(on_epoch)
        finally:
            loop.close()
        tested = self._end(loop, preprocessing, outcome)
        if not all(map(math.isfinite, tested.values())):
            outcome, reason = Outcome.DIVERGED, "a figure of the test is not finite"
        last = loop.progress.last
        names = [metric.name for metric in loop.task.metrics if metric.part in ("train", "val")]
        settled = loop.settled_clocks()
        trained = loop.progress.step * loop.batch_size
        return {
            **fields, **{name: last.get(name) for name in names}, **tested, **settled,
            "outcome": outcome, "reason": reason, "epochs": min(len(loop.progress.rows), spec.applied.epochs),
            "images_per_second": trained / settled["device_seconds"] if settled["device_seconds"] else None,
        }  # fmt: skip

    def _end(self, loop: Loop, preprocessing: Preprocessing, outcome: Outcome) -> dict[str, Any]:
        """The end phase. It reads only what is committed, so that after a kill it is simply done again."""
        faults.reach("training.end")
        final = loop.spec.final and outcome is Outcome.COMPLETED
        tested: dict[str, Any] = {}
        if final:
            predictions = loop.predict(loop.data.test)
            tested = figures(loop.task, predictions, "test")
            test = keeping.of_test(loop.task, predictions.arrays(), loop.data.images, loop.data.test)
            if loop.spec.shown:
                with loop.clocks.count("eval_seconds"), loop.graph.evaluated(loop.progress.step):
                    images = np.asarray(loop.data.images[loop.data.test[test[EXAMPLE]]])
                    test |= keeping.looked(loop.graph.net, preprocessing, images, test["predicted"][test[EXAMPLE]])
        with loop.clocks.count("checkpoint_seconds"):
            write_json(loop.directory / HISTORY, loop.progress.rows)
            if loop.progress.tested:
                write_tested(loop.directory, loop.tested())
            faults.reach("training.history")
            if final:
                preprocessing.fitted(loop.data.fit).save(loop.directory)
                with loop.graph.evaluated(loop.progress.step):
                    _write_weights(loop.directory, loop.graph.net)
                    net = keeping.of_net(loop.graph.net)
                _write_predictions(loop.directory, {**test, **net})
            faults.reach("training.weights")
        return tested

    def _load(self, spec: RunSpec) -> Loaded:
        cropping = crops(spec.applied.transforms)
        key = repr((spec.data, spec.data_dir, spec.cache_dir, cropping))
        if key not in self._loaded:
            data_dir = Path(spec.data_dir) if spec.data_dir else None
            data = load(spec.data, data_dir=data_dir, cache_dir=Path(spec.cache_dir), offline=spec.offline)
            self._loaded = {key: found for key, found in self._loaded.items() if found.data.hash == data.hash}
            images = self._place(data.images, self._device_bytes)
            larger = None
            if data.larger is not None and cropping:
                larger = self._place(data.larger, self._device_bytes - data.images.nbytes)
            self._loaded[key] = Loaded(data, images, larger)
        return self._loaded[key]

    def _place(self, images: Images, room: int) -> Any | None:
        """Images as a variable on the device, shared by all subsets of a set and by all graphs; None without room."""
        for known in self._loaded.values():
            for variable in (known.images, known.larger):
                if variable is not None and tuple(variable.shape) == images.shape:
                    return variable
        if images.nbytes > room:
            return None
        whole = np.ascontiguousarray(images)
        return keras.Variable(whole, dtype="uint8", trainable=False, autocast=False, name="images")

    def _preprocess(self, spec: RunSpec, data: Dataset) -> Preprocessing:
        """Published weights and another run's want what they were trained on, others what their own images give."""
        if spec.weights is not None:
            theirs = recorded_preprocessing(Path(spec.weights.directory))
            return replace(theirs, input_shape=data.input_shape, class_names=data.class_names, fit=None)
        fixed = models.pixel_normalization(spec.architecture, spec.options)
        if fixed is not None:
            channels = data.input_shape[-1]
            return Preprocessing(fixed.mean[:channels], fixed.std[:channels], data.input_shape, data.class_names)
        index = training_index(spec, data)
        key = repr((data.hash, len(index), hash(index.tobytes())))
        if key not in self._preprocessing:
            self._preprocessing = {key: measure_preprocessing(data.images, index, data.class_names)}
        return self._preprocessing[key]

    def _forget(self) -> None:
        self._graphs.clear()
        self._loaded.clear()


def _write_predictions(directory: Path, arrays: Mapping[str, Any]) -> None:
    with replacing(directory / PREDICTIONS) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _write_weights(directory: Path, net: keras.Model) -> None:
    with replacing(directory / WEIGHTS) as partial:
        net.save_weights(partial, overwrite=True)
