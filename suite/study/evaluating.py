"""After the training: of final runs that are over what the study asks for is measured, and nothing is trained.

A run's result stays as it is; what is measured stands beside it (`suite.core.evaluation`). So runs that were made
before a study asked for it are evaluated, too, and an evaluation that fails is no failure of its run: it is said, and
the next command tries it again. Here are evaluations on corrupted images, and how any kind of them is handed out.
"""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.core.directories import RunKey
from suite.core.evaluation import FIGURE, is_complete
from suite.core.outcomes import Outcome
from suite.core.result import Result
from suite.executors.protocol import Executor, Worker
from suite.projections import Committed
from suite.projections.projector import Projector
from suite.study.interruption import Interruption
from suite.study.ledger import Ledger
from suite.study.plan import planned
from suite.study.tolerance import Stopped

TRIES = 2
"""Workers that may be lost with an evaluation before it counts as failed."""


def missing(ledger: Ledger) -> list[RunKey]:
    """The completed final runs of the plan that can be evaluated on what the study asks for, and have not been."""
    return [key for key in _unevaluated(ledger) if key not in ledger.published]


def without_weights(ledger: Ledger) -> list[RunKey]:
    """Those that cannot be, since they came from published records, which have not what the study asks for."""
    return [key for key in _unevaluated(ledger) if key in ledger.published]


def _unevaluated(ledger: Ledger) -> list[RunKey]:
    names = ledger.study.evaluation.names
    found = []
    for key in planned(ledger.study) if names else ():
        result = ledger.results.get(key)
        if key.phase == "final" and result is not None and result.outcome is Outcome.COMPLETED:
            found += [] if is_complete(ledger.path(key), result.ended_at, names) else [key]
    return found


@dataclass(frozen=True)
class Kind:
    """One kind of what is measured of runs that are over.

    name: what one is called, and what several are. missing: the runs of which it can be measured and is not yet. order:
    what a worker is told to do; it is given how many others have a run in hand. says: of a result what was measured.
    alone: whether nothing else of the study may be at work meanwhile.
    """

    name: tuple[str, str]
    missing: Callable[[Ledger], list[RunKey]]
    order: Callable[[Ledger, int], dict[str, Any]]
    says: Callable[[Result], str]
    alone: bool = False

    def at_once(self, workers: int) -> int:
        return 1 if self.alone else workers


CORRUPTIONS = Kind(
    ("evaluation on corrupted images", "evaluations on corrupted images"),
    missing,
    lambda ledger, busy: {"do": "evaluate", "copies": ledger.study.evaluation.copies},
    lambda result: f"mean error on corrupted test images {result.metrics[FIGURE]:.4f}",
)


class Evaluations:
    """Hands what is missing of a kind to workers, and has what they measured projected."""

    def __init__(
        self,
        ledger: Ledger,
        executor: Executor,
        projector: Projector,
        say: Callable[[str], None],
        kind: Kind = CORRUPTIONS,
    ) -> None:
        self._ledger, self._executor, self._projector, self._say = ledger, executor, projector, say
        self._kind, self._left = kind, kind.missing(ledger)
        self._running: dict[RunKey, Worker] = {}
        self._lost: Counter[RunKey] = Counter()
        self.failed: dict[RunKey, str] = {}
        """Why evaluations have failed."""

    def run(self) -> None:
        """Evaluate what is missing. Raises Stopped, or KeyboardInterrupt on Ctrl-C and SIGTERM."""
        with Interruption() as interruption:
            try:
                while self._left or self._running:
                    interruption.check()
                    self._hand_out()
                    self._take_event()
            finally:
                self._executor.close()

    def _hand_out(self) -> None:
        idle = [worker for worker in self._executor.workers if worker not in self._running.values()]
        most = self._kind.at_once(self._ledger.study.workers)
        if self._left and not idle and len(self._executor.workers) < most:
            idle = [self._executor.start()]
        for worker in idle:
            if worker.ready and self._left:
                if self._kind.alone:
                    self._projector.drain()  # which would be at work beside it
                key = self._left.pop(0)
                order = self._order(key)
                self._running[key] = worker
                worker.send(**order)

    def _order(self, key: RunKey) -> dict[str, Any]:
        """What a worker is told."""
        return {
            **self._kind.order(self._ledger, len(self._running)),
            "spec": self._ledger.spec(key, self._ledger.parameters(key) or {}).as_mapping(),
            "directory": str(self._ledger.path(key)),
            "attempt": self._lost[key] + 1,
            "fields": self._ledger.fields(key),
        }

    def _take_event(self) -> None:
        """Wait for one event, and take it."""
        try:
            worker, event = self._executor.events.get(timeout=0.5)
        except queue.Empty:
            return
        key = next((key for key, holder in self._running.items() if holder is worker), None)
        match event["event"]:
            case "ready":
                worker.ready = True
            case "finished" if key is not None:
                self._finished(key, worker, event)
            case "said":
                self._say(event["text"])
            case "suspended":
                raise Stopped(f"{event['reason'].rstrip('.')}. Nothing that was committed is lost")
            case "exit" if worker in self._executor.workers:
                self._executor.forget(worker)
                self._lose(key, worker, event["how"])

    def _finished(self, key: RunKey, worker: Worker, event: Mapping[str, Any]) -> None:
        del self._running[key]
        if reason := event.get("reason"):
            self._fail(key, str(reason))
        else:
            result = self._ledger.commit(key)
            assert result is not None, f"{key} was evaluated and has no result"
            path = self._ledger.path(key)
            self._projector.result(key, lambda: Committed(result, path, lambda: self._ledger.history(key)))
            self._say(f"{key}: {self._kind.says(result)}")
        if self._executor.outgrown(event.get("memory_bytes", 0)):
            self._executor.stop(worker)

    def _lose(self, key: RunKey | None, worker: Worker, how: str) -> None:
        """A worker is gone, perhaps with an evaluation in hand."""
        if key is None:
            if not worker.ready:
                raise Stopped(f"a worker could not start ({how}): {worker.last_words()}; see {worker.log}")
            return
        del self._running[key]
        self._lost[key] += 1
        if self._lost[key] < TRIES:
            self._left.append(key)
        else:
            self._fail(key, f"the worker ended ({how}): {worker.last_words()}")

    def _fail(self, key: RunKey, reason: str) -> None:
        self.failed[key] = reason
        self._say(f"{key}: its {self._kind.name[0]} failed: {reason}")
