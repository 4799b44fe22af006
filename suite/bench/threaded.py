"""An executor whose workers are threads of this process: what the coordinator costs by itself, without processes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.executors.protocol import Event, Worker
from suite.executors.worker import Trains, carry_out


class ThreadedWorker:
    def __init__(self, executor: ThreadedExecutor, name: str) -> None:
        self.name, self.ready, self.log = name, True, Path("no.log")
        self._executor, self._orders = executor, queue.Queue[dict[str, Any]]()
        threading.Thread(target=self._serve, daemon=True).start()

    def send(self, event: str | None = None, **values: Any) -> None:
        """Both ends of the channel: the coordinator's orders have no event, and the worker's words have one."""
        if event is None:
            self._orders.put(values)
        else:
            self._executor.events.put((self, {"event": event, **values}))

    def receive(self) -> dict[str, Any]:
        return self._orders.get()

    def last_words(self) -> str:
        return ""

    def _serve(self) -> None:
        trainer = self._executor.make_trainer()
        while True:
            carry_out(trainer, self, self.receive())


class ThreadedExecutor:
    """Implements `suite.executors.protocol.Executor`; its threads end with the process."""

    apart = True

    def __init__(self, make_trainer: Callable[[], Trains]) -> None:
        self.make_trainer = make_trainer
        self.events: queue.Queue[Event] = queue.Queue()
        self.workers: list[ThreadedWorker] = []

    def lines(self) -> list[str]:
        return []

    def start(self) -> ThreadedWorker:
        self.workers.append(ThreadedWorker(self, f"worker-{len(self.workers)}"))
        return self.workers[-1]

    def stop(self, worker: Worker) -> None:
        self.forget(worker)

    def forget(self, worker: Worker) -> None:
        self.workers = [other for other in self.workers if other is not worker]

    def outgrown(self, memory_bytes: int) -> bool:
        return False

    def close(self) -> None:
        self.workers = []
