"""Where a coordinator's time went: one line of sessions.jsonl for each time the command was typed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from suite.core import directories


@dataclass
class Session:
    """The clock of one session. All times in seconds; the file is rewritten whole at every step, atomically."""

    directory: Path
    workers: int = 1
    started_at: float = field(default_factory=time.time)
    start_seconds: float = 0.0
    idle_seconds: float = 0.0
    search_seconds: float = 0.0
    tracking_seconds: float = 0.0
    report_seconds: float = 0.0
    _ready: bool = False
    _idle_since: float | None = None

    def __post_init__(self) -> None:
        self._earlier = directories.read_sessions(self.directory)

    def worker_ready(self) -> None:
        """The first worker can take a run: start-up is over."""
        if not self._ready:
            self._ready, self.start_seconds = True, time.time() - self.started_at

    def run_ended(self, idle: bool) -> None:
        """A run ended; `idle` if no other one is in hand."""
        self._idle_since = time.time() if idle else None
        self.write()

    def idle_ended(self) -> None:
        if self._idle_since is not None:
            self.idle_seconds += time.time() - self._idle_since
        self._idle_since = None

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Count what the search itself takes: asking, reporting, telling."""
        before = time.perf_counter()
        try:
            yield
        finally:
            self.search_seconds += time.perf_counter() - before

    def write(self) -> None:
        """Make the session's line durable as it is now."""
        own = {name: value for name, value in asdict(self).items() if not name.startswith("_") and name != "directory"}
        now = time.time()
        line = {**own, "ended_at": now, "wall_seconds": now - self.started_at}
        text = "".join(json.dumps(session) + "\n" for session in [*self._earlier, line])
        self.directory.mkdir(parents=True, exist_ok=True)
        partial = self.directory / f".{directories.SESSIONS}.{os.getpid()}.partial"
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, self.directory / directories.SESSIONS)


def earlier_seconds(directory: Path) -> float:
    """Wall time of the sessions before this one."""
    return sum(session["wall_seconds"] for session in directories.read_sessions(directory))
