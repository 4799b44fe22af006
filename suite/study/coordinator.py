"""The coordinator: one process without Keras that hands runs to workers, follows them, and alone writes to the stores.

Whatever dies, the directories hold the truth: a run with a result is over, any other is handed out again from its
newest checkpoint. The same command finishes the study.
"""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from suite.core import faults
from suite.core.directories import RunKey
from suite.core.host import commit, memory_bytes_allowed, memory_kills, versions
from suite.executors.local import LocalExecutor, Worker, was_killed
from suite.projections.projector import Projection
from suite.study.accounting import Session
from suite.study.estimate import remember_speed
from suite.study.ledger import Ledger
from suite.study.limit import Limit
from suite.study.search.replayed import Searches

EQUAL_ERRORS = 3  # in a row: the study itself is wrong, not one run
KILLS_WITHOUT_PROGRESS = 5


class Listener(Protocol):
    """What shows the progress of a study to people."""

    def started(self, key: RunKey, attempt: int, epochs: int) -> None: ...
    def epoch(self, key: RunKey, row: Mapping[str, Any]) -> None: ...
    def ended(self, key: RunKey, result: Mapping[str, Any]) -> None: ...
    def said(self, message: str) -> None: ...


class Stopped(Exception):
    """The study cannot go on until someone mends what the message says; what is committed stays."""


@dataclass
class Assignment:
    """A run in a worker's hands."""

    key: RunKey
    worker: Worker
    epoch: int  # committed so far
    memory_kills: int = field(default_factory=memory_kills)


class Coordinator:
    """Carries out the plan of one study. The caller holds the workspace's lock."""

    def __init__(self, ledger: Ledger, projection: Projection, listener: Listener, session: Session) -> None:
        self.study, self.ledger, self.projection = ledger.study, ledger, projection
        self._listener, self._session = listener, session
        self.limit = Limit(ledger)
        self._executor = LocalExecutor(self.study.workers, self.study.backend, ledger.directory / "logs")
        self._running: dict[RunKey, Assignment] = {}
        self._searches = Searches(ledger)
        self._errors: list[str] = []
        self._kills: dict[RunKey, int] = {}
        self._failed_starts = 0

    # -- what is left ------------------------------------------------------------------------------------------

    def remaining(self) -> list[RunKey]:
        """Runs of the plan that have no result yet, in the order in which they will be handed out."""
        return [key for key in self.limit.order() if key not in self.ledger.results]

    def _next(self) -> RunKey | None:
        """The next run that may start now, or None while every remaining one waits for others."""
        for key in self.limit.order():
            if key in self.ledger.results or key in self._running:
                continue
            if key.phase == "search" and not self._is_searching(key):
                return key
            if key.phase == "final" and self._search_over(key):
                return key
        return None

    def _is_searching(self, key: RunKey) -> bool:
        """Whether a trial of the same search is in hand: trials follow one another, so that each sees all before it."""
        place = (key.candidate, key.track, key.phase)
        return any((other.candidate, other.track, other.phase) == place for other in self._running)

    def _search_over(self, key: RunKey) -> bool:
        return self.limit.decided and all(
            other in self.ledger.results
            for other in self.limit.order()
            if (other.candidate, other.track, other.phase) == (key.candidate, key.track, "search")
        )

    # -- the loop ----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Train what is missing. Raises Stopped, or KeyboardInterrupt on Ctrl-C and SIGTERM."""
        previous = _on_termination(_interrupt)
        try:
            self._supersede()
            self._project_committed()
            while self._any_left():
                self._hand_out()
                self._handle_events()
        finally:
            self._executor.close()
            _on_termination(previous)

    def _any_left(self) -> bool:
        """Whether anything is left to train, now that it is settled, as soon as it can be, how far the search goes."""
        if not self.limit.decided:
            self.limit.decide(self._listener.said)
            if self.limit.decided:
                self._supersede()  # the final runs of an earlier session may rest on a shorter search
        return bool(self.remaining())

    def _supersede(self) -> None:
        for candidate in self.study.candidates:
            for track in self.study.tracks:
                if self._search_over(RunKey(candidate.name, track, "final", 0)):
                    moved = self.ledger.supersede(candidate.name, track, self.limit.trials(track))
                    if moved:
                        self._listener.said(
                            f"{candidate.name}: the search has grown and selects other values; "
                            f"{len(moved)} final runs are set aside and train again"
                        )

    def _project_committed(self) -> None:
        for key in sorted(self.ledger.results):
            self.projection.result(key, self._searches.mirror(key))

    def _hand_out(self) -> None:
        busy = {assignment.worker for assignment in self._running.values()}
        for worker in [w for w in self._executor.workers if w.ready and w not in busy]:
            key = self._next()
            if key is None:
                return
            self._assign(key, worker)
        starting = [w for w in self._executor.workers if not w.ready]
        if not starting and len(self._executor.workers) < self.study.workers and self._next() is not None:
            self._executor.start()

    def _assign(self, key: RunKey, worker: Worker) -> None:
        parameters = self.ledger.parameters(key)
        if key.phase == "search":
            search = self._searches.of(key)
            if key.number == search.next_number:
                with self._session.searching():
                    search.ask(key.number, parameters)
            parameters = search.parameters(key.number)
        elif parameters is None:
            parameters = self.ledger.selected(key.candidate, key.track, self.limit.trials(key.track))
        self.ledger.open(key, parameters)
        attempt = self.ledger.attempt(key)
        expected = self.ledger.fingerprint(key.candidate)
        spec = replace(self.ledger.spec(key, parameters), expected_fingerprint=expected)
        fields = {**self.ledger.fields(key), "started_at": self.ledger.started_at(key)}
        fields |= {"versions": versions(), "commit": commit()}
        history = self.ledger.history(key)
        self._running[key] = Assignment(key, worker, len(history))
        self._session.idle_ended()
        self.projection.begin(key, fields, history)
        self._listener.started(key, attempt, spec.recipe.epochs)
        worker.send(
            do="train", spec=spec.as_mapping(), directory=str(self.ledger.path(key)), attempt=attempt, fields=fields
        )
        faults.reach("coordinator.assigned")

    def _handle_events(self) -> None:
        """Wait for one event, then take all that are there."""
        try:
            worker, event = self._executor.events.get(timeout=0.5)
        except queue.Empty:
            return
        while True:
            self._handle(worker, event)
            try:
                worker, event = self._executor.events.get_nowait()
            except queue.Empty:
                return

    def _handle(self, worker: Worker, event: Mapping[str, Any]) -> None:
        key = next((key for key, assignment in self._running.items() if assignment.worker is worker), None)
        match event["event"]:
            case "ready":
                worker.ready, self._failed_starts = True, 0
                self._session.worker_ready()
            case "epoch" if key is not None:
                self._epoch(key, worker, event["row"])
            case "finished" if key is not None:
                self._finished(key, worker, event.get("memory_bytes", 0))
            case "suspended":
                who = f"candidate {key.candidate}: " if key else ""
                raise Stopped(f"{who}{event['reason'].rstrip('.')}. Nothing that was committed is lost")
            case "exit" if worker in self._executor.workers:
                self._exited(worker, key, int(event["code"]))

    def _epoch(self, key: RunKey, worker: Worker, row: Mapping[str, Any]) -> None:
        faults.reach("coordinator.epoch")
        with self._session.searching():
            search = self._searches.of(key)
            behind = key.phase == "search" and search.report(key.number, row["epoch"], row["val_accuracy"])
        whole = row["epoch"] >= self.ledger.asked[key]["identity"]["recipe"]["epochs"]
        self._session.write()
        worker.send(stop=behind and not whole)  # a trial that has trained to its end is complete, whatever its rank
        if row["epoch"] > self._running[key].epoch:
            self._running[key].epoch = row["epoch"]
            self._kills.pop(key, None)
        self.projection.rows(key, self.ledger.fields(key), [row])
        self._listener.epoch(key, row)

    def _finished(self, key: RunKey, worker: Worker | None, memory_bytes: int) -> None:
        del self._running[key]
        result = self.ledger.commit(key)
        assert result is not None, f"{key} is said to be finished and has no result"
        faults.reach("coordinator.committed")
        if key.phase == "search":
            end = (result["outcome"], result["val_accuracy"], result["reason"], result["ended_at"])
            self._searches.of(key).tell(key.number, *end)
            if self._search_over(key):
                self.ledger.supersede(key.candidate, key.track, self.limit.trials(key.track))
        self._session.run_ended(idle=not self._running)
        remember_speed(self.study.workspace, result)
        self.projection.result(key, self._searches.mirror(key))
        self._listener.ended(key, result)
        self._count_errors(result)
        allowance = memory_bytes_allowed() * 0.6 / self.study.workers
        if worker is not None and (memory_bytes > allowance or result["outcome"] in ("out_of_memory", "error")):
            self._executor.stop(worker)  # a process that ran out or broke is not trusted with the next run

    def _count_errors(self, result: Mapping[str, Any]) -> None:
        if result["outcome"] != "error":
            self._errors.clear()
            return
        self._errors.append(str(result["reason"]))
        if len(self._errors) >= EQUAL_ERRORS and len(set(self._errors[-EQUAL_ERRORS:])) == 1:
            raise Stopped(f"{EQUAL_ERRORS} runs in a row failed alike: {self._errors[-1]}")

    def _exited(self, worker: Worker, key: RunKey | None, code: int) -> None:
        self._executor.forget(worker)
        if key is None:
            self._start_failed(worker, code)
        elif self.ledger.commit(key) is not None:
            self._finished(key, None, 0)
        elif memory_kills() > self._running[key].memory_kills and code == -signal.SIGKILL:
            self._broke(key, "out_of_memory", "the system ended the worker for want of memory")
        elif was_killed(code):
            del self._running[key]
            self._kills[key] = self._kills.get(key, 0) + 1
            if self._kills[key] >= KILLS_WITHOUT_PROGRESS:
                raise Stopped(f"the worker of {key} was killed {self._kills[key]} times before it got anywhere")
            self._listener.said(f"{key}: the worker was killed; the run goes on from its last checkpoint")
        else:
            reason = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            self._broke(key, "error", f"the worker crashed ({reason}): {worker.last_words()}")

    def _broke(self, key: RunKey, outcome: str, reason: str) -> None:
        fields = {**self.ledger.fields(key), "versions": versions(), "commit": commit()}
        self.ledger.fail(key, fields, outcome, reason)
        self._finished(key, None, 0)

    def _start_failed(self, worker: Worker, code: int) -> None:
        if worker.ready and was_killed(code):
            return
        self._failed_starts += 1
        if self._failed_starts >= EQUAL_ERRORS:
            raise Stopped(f"workers do not start (exit code {code}): {worker.last_words()} - see {worker.log}")


def _on_termination(handler: Any) -> Any:
    """Set what SIGTERM does and return what it did. Only a program's main thread can; a notebook's other need not."""
    if threading.current_thread() is threading.main_thread():
        return signal.signal(signal.SIGTERM, handler)
    return None


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
