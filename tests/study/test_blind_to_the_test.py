"""A whole study twice, the second time with the test labels shuffled: the same trials, the same selection, bit for bit.
The test images are looked at after each epoch, too, which is asked for and changes nothing.

Real trainings under the real coordinator and worker; only processes are left out, and a worker is a thread.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.core import directories
from suite.core.durable import read_json
from suite.data import Dataset, load
from suite.data.targets import LABEL, Targets
from suite.executors.protocol import Event
from suite.executors.worker import carry_out
from suite.projections.projector import Projector
from suite.study import opening
from suite.study.accounting import SessionClock
from suite.study.coordinator import Coordinator
from suite.study.ledger import Ledger
from suite.training import trainer
from suite.training.trainer import Trainer
from tests.study.conftest import Make
from tests.study.scripted import Recorded
from tests.training.runs import TIMES, weights

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

ASKED = (
    "recipe.loss=weighted_cross_entropy", "recipe.oversample=0.5", "recipe.mixup=0.2", "recipe.rand_augment=1",
    "recipe.ema=0.9", "recipe.epochs=2", "search.trials=3", "seeds=1", "data.imbalance=0.3",
    "evaluation.every_epoch=true",
)  # fmt: skip
MEASURED = ("outcome", "reason", "epochs", "train_accuracy", "train_loss", "val_accuracy", "val_loss")


class ThreadedWorker:
    """A worker of this process: both ends of the channel between it and the coordinator."""

    ready, name, log = True, "thread", Path("no.log")

    def __init__(self, events: queue.Queue[Event]) -> None:
        self._trainer, self._events, self._orders = Trainer(), events, queue.Queue[dict[str, Any]]()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            carry_out(self._trainer, _Channel(self, self._events, self._orders), self._orders.get())

    def send(self, **order: Any) -> None:
        self._orders.put(order)

    def last_words(self) -> str:
        return ""


class _Channel:
    def __init__(
        self, worker: ThreadedWorker, events: queue.Queue[Event], answers: queue.Queue[dict[str, Any]]
    ) -> None:
        self._worker, self._events, self._answers = worker, events, answers

    def send(self, event: str, **values: Any) -> None:
        self._events.put((self._worker, {"event": event, **values}))

    def receive(self) -> dict[str, Any]:
        return self._answers.get()


class ThreadedExecutor:
    """Implements `suite.executors.protocol.Executor` with one thread."""

    apart = False

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.workers: list[ThreadedWorker] = []

    def lines(self) -> list[str]:
        return []

    def start(self) -> ThreadedWorker:
        self.workers.append(ThreadedWorker(self.events))
        return self.workers[-1]

    def stop(self, worker: Any) -> None:
        raise AssertionError("nothing is to be stopped")

    forget = stop

    def outgrown(self, memory_bytes: int) -> bool:
        return False

    def close(self) -> None:
        self.workers = []


def shuffled(data: Dataset) -> Dataset:
    """The set with the labels of its test images dealt out anew among them."""
    labels = np.array(data.labels)
    labels[data.test] = np.random.default_rng(5).permutation(labels[data.test])
    return replace(data, targets=Targets({**data.targets.arrays, LABEL: labels}))


def carried_out(
    tiny: Make, instance: str, monkeypatch: pytest.MonkeyPatch, change: Callable[[Dataset], Dataset]
) -> Ledger:
    """The study's ledger after its last run, with its data changed wherever they are loaded."""
    for module in (opening, trainer):
        monkeypatch.setattr(module, "load", lambda *given, **more: change(load(*given, **more)))
    study = tiny(*ASKED, f"instance={instance}")
    ledger = Ledger(study, opening.open_datasets(study))
    clock = SessionClock(ledger.directory, study.workers)
    Coordinator(ledger, ThreadedExecutor(), Projector({}), Recorded(), clock).run()
    return ledger


def learnt(ledger: Ledger) -> dict[str, Any]:
    """Of each run all that it was asked and that it learnt, without what the test says of it, and without times."""
    found = {}
    for key, result in ledger.results.items():
        path, values = ledger.path(key), result.as_mapping()
        rows = [{k: v for k, v in row.items() if k not in TIMES} for row in read_json(path / directories.HISTORY)]
        spec = ledger.spec(key, result.parameters)
        ends = [value.tobytes() for value in weights(path, spec)] if key.phase == "final" else []
        found[str(key)] = (dict(result.parameters), [values[name] for name in MEASURED], rows, ends)
    return found


@pytest.mark.slow
def test_with_shuffled_test_labels_every_trial_and_the_selection_are_the_same(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = carried_out(tiny, "plain", monkeypatch, lambda data: data)
    blind = carried_out(tiny, "blind", monkeypatch, shuffled)
    assert len(plain.results) == 8
    assert learnt(blind) == learnt(plain)
    tested = [[r.metrics.get("test_loss") for r in ledger.results.values()] for ledger in (plain, blind)]
    assert tested[0] != tested[1], "the test itself did see them"
    assert sum(value is not None for value in tested[0]) == 2, "final runs alone are tested"
