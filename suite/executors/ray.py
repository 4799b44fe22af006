"""Workers on a Ray cluster: each run is one task, on whatever node has room for it, and reports to here.

A worker is a place in the number that `workers` allows; which node and process serve it is decided with each order.
What a task is on its node is in `suite.executors.bridge`; what the cluster must have, in `suite.executors.cluster`.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import OutOfMemoryError, RayActorError, RayTaskError

from suite.executors import bridge, joining
from suite.executors.cluster import RayOptions, announcement, places_environment, shortage, software, without_room
from suite.executors.local import TRAINS, worker_environment
from suite.executors.protocol import ORDERS, Ending, Event, Worker

LOOK_SECONDS = 30.0
"""How often is looked whether the cluster can still hold a run, while none reports."""
TICK_SECONDS, LEAVING_SECONDS = 0.5, 10.0
"""How soon the thread that waits for reports sees that all is over, and how long that is waited for."""


class RayWorker:
    """A place for one run at a time. `order`: the one in hand, by a name of its own."""

    def __init__(self, executor: RayExecutor, name: str, logs: Path) -> None:
        self.name, self.log, self.ready = name, logs, True
        self.order: str | None = None
        self.task: Any = None
        self.words = ""
        self._executor = executor

    def send(self, **order: Any) -> None:
        self._executor.send(self, order)

    def last_words(self) -> str:
        return self.words


class RayExecutor:
    """Hands runs to a cluster. `threads`: processor threads that each run computes with, and CPUs that it asks for."""

    apart = True

    def __init__(
        self,
        count: int,
        backend: str,
        threads: int,
        logs: Path,
        workspace: Path,
        options: RayOptions,
        module: str = TRAINS,
    ) -> None:
        """Joins the cluster, or starts one. Raises Refusal where it cannot hold a run or a node is not fit for one."""
        self.events: queue.Queue[Event] = queue.Queue()
        self.workers: list[RayWorker] = []
        self._in_hand: dict[str, RayWorker] = {}
        """By the name of the order."""
        self._begun, self._told = set[str](), False
        self._logs, self._names, self._orders = logs, itertools.count(), itertools.count()
        self._closed = threading.Event()
        self._collector: threading.Thread | None = None
        self._cluster = joining.join(options)
        self._proof = workspace / "runs" / f".ray-{uuid.uuid4().hex}"
        try:
            nodes = self._cluster.nodes()
            self._ask = joining.asked(nodes, threads, options)
            self._lines = announcement(nodes, self._ask, count, self._cluster.started, self._cluster.address)
            self._setup = bridge.Setup(
                workspace,
                logs,
                {
                    **worker_environment(backend, threads),
                    **joining.accelerator_environment(self._ask),
                    **places_environment(),
                },
                module,
                {node.name: min(count, node.fits(self._ask)) for node in nodes if node.fits(self._ask)},
                (self._proof, self._proof.name),
                software(),
            )
            self._proof.parent.mkdir(parents=True, exist_ok=True)
            self._proof.write_text(self._proof.name, encoding="utf-8")
            logs.mkdir(parents=True, exist_ok=True)
            self._cluster.refuse_unfit(nodes, self._setup)
            self._carry, self._mailbox = joining.remote(self._ask), joining.mailbox()
        except BaseException:
            self.close()
            raise
        self._collector = threading.Thread(target=self._collect, daemon=True)
        self._collector.start()

    def lines(self) -> list[str]:
        return self._lines

    def start(self) -> RayWorker:
        worker = RayWorker(self, f"worker-{next(self._names)}", self._logs)
        self.workers.append(worker)
        return worker

    def stop(self, worker: Worker) -> None:
        assert isinstance(worker, RayWorker)
        self.forget(worker)
        if worker.order is not None:
            self._in_hand.pop(worker.order, None)
            worker.order = None
            with suppress(Exception):  # it was never handed over, or the cluster is gone
                ray.cancel(worker.task, force=True)

    def forget(self, worker: Worker) -> None:
        self.workers = [other for other in self.workers if other is not worker]

    def outgrown(self, memory_bytes: int) -> bool:
        return False  # the node sees to it: the process is no worker's own

    def close(self) -> None:
        """End what is in hand, and leave the cluster; one that was started here ends."""
        if self._closed.is_set():
            return
        self._closed.set()
        for worker in list(self.workers):
            self.stop(worker)
        self._proof.unlink(missing_ok=True)
        if self._collector is not None:
            self._collector.join(LEAVING_SECONDS)  # Ray falls down where a thread is inside it when it is left
        self._cluster.leave()

    def send(self, worker: RayWorker, order: Mapping[str, Any]) -> None:
        """An order is a new task; anything else answers the one in hand."""
        try:
            if order.get("do") not in ORDERS:
                self._mailbox.answer.remote(worker.order, dict(order))
                return
            name = worker.order = f"{worker.name}/{next(self._orders)}"
            self._in_hand[name] = worker
            worker.task = self._carry.remote(dict(order), name, self._setup, self._mailbox)
            worker.task.future().add_done_callback(lambda future: self._ended(worker, name, future))
        except Exception as error:  # whatever Ray throws where its processes are no more
            self._suspend(_gone(error))

    def _ended(self, worker: RayWorker, name: str, future: Any) -> None:
        """A task is over, whatever became of it. Called by Ray, in a thread of its own."""
        self._in_hand.pop(name, None)
        if worker.order != name or self._closed.is_set():
            return
        worker.order = None
        error = future.exception()
        event = lost(error) if error is not None else future.result()
        if event["event"] == "exit":
            worker.words, worker.log = event.get("words", ""), Path(event.get("log", self._logs))
        self.events.put((worker, event))

    def _collect(self) -> None:
        """Pass on what tasks leave in the mailbox; look at the cluster when nothing comes for a while."""
        while not self._closed.is_set():
            try:
                waiting, looked = self._mailbox.collect.remote(), time.monotonic()
                while not ray.wait([waiting], timeout=TICK_SECONDS)[0]:
                    if self._closed.is_set():
                        return
                    if time.monotonic() > looked + LOOK_SECONDS:
                        self._look()
                        looked = time.monotonic()
                for name, event in ray.get(waiting):
                    self._pass_on(name, event)
            except RayActorError:  # who waits for an answer of it is told, and its run goes on in another attempt
                if not self._closed.is_set():
                    self._mailbox = joining.mailbox()
            except (Exception, SystemExit) as error:  # the latter when this process leaves the cluster
                if not self._closed.is_set():
                    self._suspend(_gone(error))
                return

    def _pass_on(self, name: str, event: dict[str, Any]) -> None:
        worker = self._in_hand.get(name)
        if event["event"] == "begun":
            self._begun.add(name)
            self._told = False
        elif worker is not None:
            self.events.put((worker, event))

    def _look(self) -> None:
        """A cluster that cannot hold a run is not waited for in silence: it has lost its nodes, or others have them."""
        nodes, waiting = self._cluster.nodes(), set(self._in_hand)
        self._begun &= waiting
        if waiting and not any(node.fits(self._ask) for node in nodes):
            self._suspend(f"no node of the Ray cluster can hold a run any more: {shortage(nodes, self._ask)}")
        elif waiting and not self._begun and not self._told:
            self._told = True
            text = without_room(self._ask, ray.available_resources(), len(waiting))
            self._tell({"event": "said", "text": text})

    def _suspend(self, reason: str) -> None:
        """It is no run's fault, and there may be no worker left."""
        self._tell({"event": "suspended", "reason": reason})

    def _tell(self, event: dict[str, Any]) -> None:
        """Said by nobody in particular."""
        self.events.put((RayWorker(self, "cluster", self._logs), event))


def _gone(error: BaseException) -> str:
    return f"the Ray cluster is gone ({joining.said(error)}); start it again, then go on"


def lost(error: BaseException) -> dict[str, Any]:
    """The last event of a task that ended without saying so: its process, or its node, was lost.

    Ray itself ends tasks where a node's memory runs out, whoever holds it. What is raised on a node before or beside
    the worker is no failure of the run, which did not begin there.
    """
    event = {"event": "exit", "how": type(error).__name__, "words": joining.said(error)}
    if isinstance(error, OutOfMemoryError):
        return {**event, "ending": Ending.SHORT_OF_MEMORY}
    if isinstance(error, RayTaskError):
        return {**event, "ending": Ending.CRASHED, "began": False}
    return {**event, "ending": Ending.KILLED}
