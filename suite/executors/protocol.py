"""What the coordinator needs of any executor: handles of workers, what happens to them, and how one ended.

Where a worker lives, and its environment, threads, device and memory, are the executor's business. What happens
arrives in one queue as `(worker, event)`, and an event says in `event` what it is:

    ready                                   it can take an order
    epoch      row                          an epoch is committed; it waits for `send(stop=...)`
    passed_over reason, epochs              a checkpoint does not serve; it goes on after so many committed epochs
    finished   memory_bytes, [reason]       the order is carried out: the run's directory has a result; `reason`: why
                                            what was to be measured of it after that was not
    said       text                         what people should know meanwhile; nobody in particular says it
    suspended  reason                       somebody must mend something first: the study stops, saying why
    exit       ending, how, [began]         it is gone, and nothing more comes of it; `began` is false where it never
                                            got so far as to take its order
"""

from __future__ import annotations

import queue
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

ORDERS = ("train", "evaluate", "time")
"""What a worker may be told to do with a run; everything else that is sent answers it."""
ALONE = 3
"""The exit code of a worker whose coordinator is gone."""


class Ending(StrEnum):
    """How a worker ended that nobody here had stopped."""

    KILLED = "killed"
    """Someone ended it: its run goes on from the last checkpoint."""
    SHORT_OF_MEMORY = "short_of_memory"
    """Killed while the system ended processes for want of memory, though it was small itself: likely a bystander."""
    OUT_OF_MEMORY = "out_of_memory"
    """The system ended it for the memory that it used itself."""
    CRASHED = "crashed"


class Worker(Protocol):
    """One worker, as far as the coordinator knows it."""

    name: str
    ready: bool
    """Whether it can take an order: from the beginning, or once it has said so."""

    @property
    def log(self) -> Path:
        """Where its own words are."""

    def send(self, **order: Any) -> None:
        """Send one order. A worker that died is noticed by its `exit` event, not here."""

    def last_words(self) -> str:
        """The last line that it wrote into its log: why it died, if it said so."""


Event = tuple[Worker, Mapping[str, Any]]


class Executor(Protocol):
    """Starts and ends workers."""

    events: queue.Queue[Event]
    apart: bool
    """Whether a worker may go on writing after it was given up, so that each attempt needs a directory of its own."""

    @property
    def workers(self) -> Sequence[Worker]:
        """Those that are alive or starting."""

    def lines(self) -> list[str]:
        """What people should know of where the runs will be carried out; nothing where that is plain."""

    def start(self) -> Worker:
        """One more worker."""

    def stop(self, worker: Worker) -> None:
        """End a worker at once; what it committed is on disk. Its `exit` event is of no interest any more."""

    def forget(self, worker: Worker) -> None:
        """Take note that a worker is gone."""

    def outgrown(self, memory_bytes: int) -> bool:
        """Whether a worker that holds so much memory is better replaced than given another run."""

    def close(self) -> None:
        """End all workers."""
