"""The coordinator: one process without Keras that hands runs to workers and follows what happens to them.

Whatever dies, the directories hold the truth: a run with a result is over, any other is handed out again from its
newest checkpoint. The same command finishes the study.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from suite import tasks
from suite.core import faults
from suite.core.directories import RunKey
from suite.core.outcomes import BROKEN, Outcome
from suite.core.result import Result
from suite.executors.protocol import Ending, Executor, Worker
from suite.projections import Committed
from suite.projections.projector import Projector
from suite.study.accounting import SessionClock
from suite.study.estimate import remember_speed
from suite.study.growth import Growth
from suite.study.interruption import Interruption
from suite.study.ledger import Ledger
from suite.study.limit import Limit
from suite.study.order import Order
from suite.study.search.replayed import Searches
from suite.study.tolerance import Stopped, Tolerance

__all__ = ["Coordinator", "Listener", "Stopped"]


class Listener(Protocol):
    """What shows the progress of a study to people."""

    def started(self, key: RunKey, attempt: int, epochs: int) -> None: ...
    def epoch(self, key: RunKey, row: Mapping[str, Any]) -> None: ...
    def ended(self, key: RunKey, result: Result) -> None: ...
    def said(self, message: str) -> None: ...


@dataclass
class Assignment:
    """A run in a worker's hands."""

    worker: Worker
    epochs: int
    committed: int  # epochs so far
    step: int  # of the newest checkpoint when it was handed out


class Coordinator:
    """Carries out the plan of one study. The caller holds the workspace's lock."""

    def __init__(
        self,
        ledger: Ledger,
        executor: Executor,
        projector: Projector,
        listener: Listener,
        clock: SessionClock,
        growth: Growth | None = None,
    ) -> None:
        self.ledger, self.limit = ledger, Limit(ledger)
        self._executor, self._projector, self._listener, self._clock = executor, projector, listener, clock
        self._searches = Searches(ledger)
        self._selection = tasks.get(ledger.study.task).selection
        self._order = Order(ledger, self.limit, self._searches, clock, listener.said, executor.apart, growth)
        self._tolerance = Tolerance()
        self._running: dict[RunKey, Assignment] = {}

    def run(self) -> None:
        """Train what is missing. Raises Stopped, or KeyboardInterrupt on Ctrl-C and SIGTERM."""
        with Interruption() as interruption:
            try:
                self._clock.training()
                self._order.supersede()
                for key in sorted(self.ledger.results):
                    self._project(key)
                while self._order.unfinished():
                    interruption.check()
                    self._give_up()
                    self._hand_out(interruption)
                    self._take_events()
            except (KeyboardInterrupt, Stopped):
                for key in self._running:
                    self._projector.interrupted(key)
                raise
            finally:
                self._executor.close()
                self._clock.trained()

    def _hand_out(self, interruption: Interruption) -> None:
        """Give runs to idle workers. Where none is idle and none is starting, one more is started, up to the number.

        To hand out a thousand takes a minute on a slow disk, in which somebody may ask for the end.
        """
        workers = self._executor.workers
        if len(self._running) >= self.ledger.study.workers:
            return
        busy = {assignment.worker.name for assignment in self._running.values()}
        idle = [worker for worker in workers if worker.ready and worker.name not in busy]
        while (key := self._order.next(self._running)) is not None:
            if not idle:
                if len(workers) >= self.ledger.study.workers or not all(worker.ready for worker in workers):
                    return
                idle = [self._executor.start()]
                self._clock.starts(idle[0].name)
                workers = self._executor.workers
            if not idle[0].ready:
                return
            self._assign(key, idle.pop(0))
            interruption.check()

    def _give_up(self) -> None:
        """Runs whose source has failed get that as their result; those that need them in turn follow."""
        while lost := list(self._order.given_up()):
            for key, reason in lost:
                self._projector.begin(key, self._order.open(key)["fields"], [])
                self.ledger.fail(key, Outcome.ERROR, reason)
                self._conclude(key)

    def _assign(self, key: RunKey, worker: Worker) -> None:
        order, history = self._order.open(key), self.ledger.history(key)
        epochs = self.ledger.epochs(key, order["fields"]["parameters"])
        self._running[key] = Assignment(worker, epochs, len(history), self.ledger.step(key))
        self._clock.assigned(worker.name)
        self._projector.begin(key, order["fields"], history)
        self._listener.started(key, order["attempt"], epochs)
        worker.send(**order)
        faults.reach("coordinator.assigned")

    def _take_events(self) -> None:
        """Wait for one event, then take all that are there."""
        try:
            worker, event = self._executor.events.get(timeout=0.5)
        except queue.Empty:
            return
        while True:
            self._take(worker, event)
            try:
                worker, event = self._executor.events.get_nowait()
            except queue.Empty:
                return

    def _take(self, worker: Worker, event: Mapping[str, Any]) -> None:
        key = next((key for key, assignment in self._running.items() if assignment.worker is worker), None)
        match event["event"]:
            case "ready":
                worker.ready = True
                self._tolerance.started()
                self._clock.ready(worker.name)
            case "epoch" if key is not None:
                self._epoch(key, worker, event["row"])
            case "passed_over" if key is not None:
                self._passed_over(key, event["reason"], event["epochs"])
            case "finished" if key is not None:
                self._finished(key, worker, event.get("memory_bytes", 0))
            case "said":
                self._listener.said(event["text"])
            case "suspended":
                who = f"candidate {key.candidate}: " if key else ""
                raise Stopped(f"{who}{event['reason'].rstrip('.')}. Nothing that was committed is lost")
            case "exit" if worker in self._executor.workers:
                self._exited(worker, key, Ending(event["ending"]), event["how"], event.get("began", True))

    def _epoch(self, key: RunKey, worker: Worker, row: Mapping[str, Any]) -> None:
        faults.reach("coordinator.epoch")
        with self._clock.searching():
            search = self._searches.of(key)
            behind = key.phase == "search" and search.report(key.number, row["epoch"], row[self._selection])
        assignment = self._running[key]
        whole = row["epoch"] >= assignment.epochs
        self._clock.keep()
        worker.send(stop=behind and not whole)  # a trial that has trained to its end is complete, whatever its rank
        if row["epoch"] > assignment.committed:
            assignment.committed = row["epoch"]
            self._tolerance.progressed(key)
        self._projector.rows(key, self.ledger.fields(key), [row])
        self._listener.epoch(key, row)

    def _passed_over(self, key: RunKey, reason: str, epochs: int) -> None:
        """A worker could not take up what was committed last: say so, and project the run from where it goes on."""
        self._listener.said(f"{key}: {reason}")
        self._running[key].committed = epochs
        self._projector.begin(key, self.ledger.fields(key), self.ledger.history(key)[:epochs], anew=True)

    def _finished(self, key: RunKey, worker: Worker, memory_bytes: int = 0, gone: bool = False) -> None:
        del self._running[key]
        self._clock.released(worker.name)
        result = self._conclude(key)
        self._clock.keep()
        remember_speed(self.ledger.study.workspace, result)
        self._tolerance.ended(result)
        broken = result.outcome in BROKEN
        if not gone and (broken or self._executor.outgrown(memory_bytes)):
            self._executor.stop(worker)  # a process that ran out or broke is not trusted with the next run
            self._clock.gone(worker.name)

    def _conclude(self, key: RunKey) -> Result:
        """Take note of a run's result, and tell it."""
        result = self.ledger.commit(key)
        if result is None:
            raise Stopped(
                f"{key} is said to be finished, and {self.ledger.path(key)} has no result of it: look whether every "
                "machine sees that folder and whether somebody deletes there, then the same command trains it again"
            )
        faults.reach("coordinator.committed")
        if key.phase == "search":
            value = result.metrics.get(self._selection)
            self._searches.of(key).tell(key.number, result.outcome, value, result.reason, result.ended_at)
            self._order.ended(key)
        else:
            self._order.final_ended(key)
        self._project(key)
        self._listener.ended(key, result)
        return result

    def _exited(self, worker: Worker, key: RunKey | None, ending: Ending, how: str, began: bool) -> None:
        self._executor.forget(worker)
        self._clock.gone(worker.name)
        if key is None:
            if not worker.ready or ending is Ending.CRASHED:
                self._tolerance.start_failed(how, worker.last_words(), str(worker.log))
        elif self.ledger.commit(key) is not None:
            self._finished(key, worker, gone=True)
        elif not began and ending is Ending.CRASHED:
            del self._running[key]
            self._tolerance.start_failed(how, worker.last_words(), str(worker.log), key)
        elif ending is Ending.CRASHED:
            self._broke(key, worker, Outcome.ERROR, f"the worker crashed ({how}): {worker.last_words()}")
        elif ending is Ending.OUT_OF_MEMORY or self._needs_too_much(key, ending):
            self._broke(key, worker, Outcome.OUT_OF_MEMORY, "the system ended the worker for want of memory")
        else:
            del self._running[key]
            self._listener.said(f"{key}: the worker was killed; the run goes on from its last checkpoint")

    def _needs_too_much(self, key: RunKey, ending: Ending) -> bool:
        """Whether a kill, one of several, is taken for out of memory. A checkpoint within an epoch is progress, too."""
        if self.ledger.step(key) > self._running[key].step:
            self._tolerance.progressed(key)
        return self._tolerance.killed(key, ending is Ending.SHORT_OF_MEMORY)

    def _broke(self, key: RunKey, worker: Worker, outcome: Outcome, reason: str) -> None:
        self.ledger.fail(key, outcome, reason)
        self._finished(key, worker, gone=True)

    def _project(self, key: RunKey) -> None:
        self._projector.result(key, self._committed(key))

    def _committed(self, key: RunKey) -> Callable[[], Committed | None]:
        """A run as it is when the projection comes to it: it may be set aside by then."""
        trials = self._searches.ended(key)

        def now() -> Committed | None:
            result = self.ledger.results.get(key)
            if result is None:
                return None
            return Committed(result, self.ledger.path(key), lambda: self.ledger.history(key), trials)

        return now
