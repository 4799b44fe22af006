"""An executor without processes: its workers do with each run what a script says, through the real files."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from suite.core.evaluation import write_evaluation
from suite.core.latency import NAMES, write_latency
from suite.core.result import finished, read_result, write_result
from suite.executors.protocol import Ending, Event

Script = Callable[[str], str]
"""From a run's key to what becomes of it: `completed`, an outcome with its reason after a colon, or an ending.

`passed_over` with a reason: its checkpoint does not serve, and it starts again and completes. `lost`: it completes, and
what it wrote is not there. `suspended` with a reason: somebody must mend something. An evaluation fails where there is
a reason.
"""


class ScriptedWorker:
    def __init__(self, executor: ScriptedExecutor, name: str) -> None:
        self.executor, self.name, self.ready, self.log = executor, name, executor.apart, Path("no.log")
        if not self.ready:
            self.executor.events.put((self, {"event": "ready"}))

    def send(self, **order: Any) -> None:
        fields = order["fields"]
        key = "/".join(str(fields[name]) for name in ("candidate", "track", "phase", "number"))
        self.executor.asked.append(key)
        self.executor.places.append(order["directory"])
        what, _, reason = self.executor.script(key).partition(":")
        if what in list(Ending):
            began = {"began": False} if reason == "before it began" else {}
            self.executor.events.put((self, {"event": "exit", "ending": what, "how": "signal SIGKILL", **began}))
            return
        if what == "suspended":
            self.executor.events.put((self, {"event": "suspended", "reason": reason.strip()}))
            return
        if order["do"] != "train":
            self._evaluate(order, reason.strip())
            return
        if what == "passed_over":
            self.executor.events.put((self, {"event": "passed_over", "reason": reason, "epochs": 0}))
            what, reason = "completed", ""
        if what == "lost":
            self.executor.events.put((self, {"event": "finished"}))
            return
        measured = {"outcome": what, "reason": reason or None, "epochs": 1, "val_accuracy": 0.5, "test_accuracy": 0.5}
        asked = {**fields, "attempts": order["attempt"]}
        write_result(Path(order["directory"]), finished(asked, measured, fields["started_at"] + 1))
        self.executor.events.put((self, {"event": "finished", "memory_bytes": 0}))

    def _evaluate(self, order: Mapping[str, Any], failed: str) -> None:
        """Every copy's error is a half; every network answers after a thousandth of a second."""
        directory = Path(order["directory"])
        if not failed:
            result = read_result(directory)
            assert result is not None
            if order["do"] == "time":
                conditions = {"busy_workers": order["busy_workers"], "busy_cores": 0.0}
                write_latency(directory, result.ended_at, dict.fromkeys(NAMES, 0.001), conditions)
            else:
                errors = {f"{kind}/{number}": 0.5 for kind, number in order["copies"]}
                write_evaluation(directory, result.ended_at, errors)
        told = {"reason": failed} if failed else {}
        self.executor.events.put((self, {"event": "finished", "memory_bytes": 0, **told}))

    def last_words(self) -> str:
        return "the last words"


class ScriptedExecutor:
    """Implements `suite.executors.protocol.Executor`. `asked`: the keys that were handed out, in their order."""

    def __init__(self, script: Script, apart: bool = False) -> None:
        self.apart = apart
        self.script, self.asked, self.places = script, list[str](), list[str]()
        self.events: queue.Queue[Event] = queue.Queue()
        self.workers: list[ScriptedWorker] = []
        self._names: Iterator[str] = (f"worker-{number}" for number in range(1000))

    def lines(self) -> list[str]:
        return []

    def start(self) -> ScriptedWorker:
        worker = ScriptedWorker(self, next(self._names))
        self.workers.append(worker)
        return worker

    def stop(self, worker: Any) -> None:
        self.forget(worker)

    def forget(self, worker: Any) -> None:
        self.workers = [other for other in self.workers if other is not worker]

    def outgrown(self, memory_bytes: int) -> bool:
        return False

    def close(self) -> None:
        self.workers = []


class Recorded:
    """A listener that keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.epochs: dict[str, int] = {}

    def started(self, key: Any, attempt: int, epochs: int) -> None:
        self.epochs[str(key)] = epochs

    def epoch(self, key: Any, row: Mapping[str, Any]) -> None: ...
    def ended(self, key: Any, result: Any) -> None: ...

    def said(self, message: str) -> None:
        self.lines.append(message)
