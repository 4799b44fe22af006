"""Where runs are carried out: executors by name, all behind one protocol (`suite.executors.protocol`)."""

from __future__ import annotations

from pathlib import Path

from suite.core.refusals import unknown
from suite.executors.protocol import Ending, Event, Executor, Worker

__all__ = ["NAMES", "Ending", "Event", "Executor", "Worker", "executor"]

NAMES = ("local",)


def executor(name: str, workers: int, backend: str, threads: int, logs: Path) -> Executor:
    """The executor of a name, for so many workers with so many processor threads each. Raises Refusal for no name."""
    if name == "local":
        from suite.executors.local import LocalExecutor

        return LocalExecutor(workers, backend, threads, logs)
    raise unknown("executor", name, NAMES)
