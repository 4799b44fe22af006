"""Where a study's time went: one line of sessions.jsonl for each time the command was typed.

A session has as many places as workers, and each second of each place is counted once: with two workers an hour holds
two. What a run spent inside its own time is in its result; the rest of `busy_seconds` is what nobody accounts for.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.core import directories
from suite.core.durable import write_text

START, IDLE, BUSY, TRACKING, REPORT = "start", "idle", "busy", "tracking", "report"
KEEP_SECONDS = 1.0
KINDS = (START, IDLE, BUSY, TRACKING, REPORT)
"""What a place does: starting (the session itself, or a worker), waiting for a run, training one, and at the end
waiting for the projections and for the report."""
EVALUATION = "evaluation"
"""What all places do after the training where final runs are evaluated then; lines of other sessions leave it out."""


class SessionClock:
    """The clock of one session. All times in seconds of one worker; the file is rewritten whole, atomically."""

    def __init__(self, directory: Path, workers: int = 1) -> None:
        self._directory, self._places = directory, workers
        self._earlier = directories.read_sessions(directory)
        self._started_at, self._now = time.time(), time.monotonic()
        self._began, self._written = self._now, -math.inf
        self._workers: dict[str, str] = {}
        self._others = START
        """What the places without a worker do."""
        self._seconds = dict.fromkeys((*KINDS, EVALUATION), 0.0)
        self._search_seconds = 0.0

    def reread(self) -> None:
        """Sessions of published records have been put before this one."""
        self._earlier = directories.read_sessions(self._directory)

    def passed(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self._began

    def training(self) -> None:
        """Workers may be started from now on."""
        self._pass()
        self._others = IDLE

    def starts(self, worker: str) -> None:
        self._set(worker, START)

    def ready(self, worker: str) -> None:
        """A worker can take its first run."""
        self._set(worker, IDLE)

    def assigned(self, worker: str) -> None:
        self._set(worker, BUSY)

    def released(self, worker: str) -> None:
        """A worker's run is over."""
        if worker in self._workers:
            self._set(worker, IDLE)

    def gone(self, worker: str) -> None:
        """A worker has ended: its place is empty."""
        self._pass()
        self._workers.pop(worker, None)

    def trained(self) -> None:
        """All workers have ended."""
        self._pass()
        self._workers.clear()

    def closing(self, kind: str) -> None:
        """After the training: what all places wait for."""
        self._pass()
        self._others = kind

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Count what the search itself takes: asking and reporting, for which a worker waits."""
        before = time.perf_counter()
        try:
            yield
        finally:
            self._search_seconds += time.perf_counter() - before

    def keep(self) -> None:
        """Make the session's line durable, unless that was done a moment ago: a kill may cost the account a second."""
        if time.monotonic() - self._written >= KEEP_SECONDS:
            self.write()

    def write(self) -> None:
        """Make the session's line durable as it is now."""
        self._pass()
        self._written = self._now
        wall = self._now - self._began
        line = {
            "workers": self._places,
            "started_at": self._started_at,
            **{f"{kind}_seconds": seconds for kind, seconds in self._seconds.items() if seconds or kind != EVALUATION},
            "search_seconds": self._search_seconds,
            "ended_at": self._started_at + wall,
            "wall_seconds": wall,
        }
        text = "".join(json.dumps(session) + "\n" for session in [*self._earlier, line])
        write_text(self._directory / directories.SESSIONS, text, sync=False)

    def _set(self, worker: str, kind: str) -> None:
        self._pass()
        self._workers[worker] = kind

    def _pass(self) -> None:
        """Count the time since the last change for what each place has been doing."""
        now = time.monotonic()
        passed, self._now = now - self._now, now
        for kind in self._workers.values():
            self._seconds[kind] += passed
        self._seconds[self._others] += passed * (self._places - len(self._workers))


def earlier_seconds(directory: Path) -> float:
    """Wall time of the sessions before this one, but those of published records, which were spent elsewhere."""
    sessions = directories.read_sessions(directory)
    return sum(session["wall_seconds"] for session in sessions if directories.TAKEN not in session)
