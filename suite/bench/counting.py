"""What a block of code costs: its durable writes, their bytes, and the processor time of its thread."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Writes:
    """Files and folders put in their places, their bytes, and waits for the disk."""

    replaced: int = 0
    bytes: int = 0
    synced: int = 0

    def __add__(self, other: Writes) -> Writes:
        return Writes(self.replaced + other.replaced, self.bytes + other.bytes, self.synced + other.synced)


@contextmanager
def counted_writes() -> Iterator[dict[int, Writes]]:
    """Count what `suite.core.durable` writes meanwhile, by thread: all of it ends in `os.replace` and `os.fsync`."""
    found: dict[int, Writes] = defaultdict(Writes)
    replace, fsync = os.replace, os.fsync

    def counting_replace(source: Any, target: Any, **more: Any) -> None:
        mine = found[threading.get_ident()]
        mine.replaced += 1
        mine.bytes += _size(source)
        replace(source, target, **more)

    def counting_fsync(descriptor: int) -> None:
        found[threading.get_ident()].synced += 1
        fsync(descriptor)

    os.replace, os.fsync = counting_replace, counting_fsync  # type: ignore[assignment]
    try:
        yield found
    finally:
        os.replace, os.fsync = replace, fsync


def _size(path: Any) -> int:
    if not os.path.isdir(path):
        return os.path.getsize(path)
    with os.scandir(path) as entries:
        return sum(entry.stat().st_size for entry in entries if entry.is_file())


@dataclass
class Time:
    """Seconds of the clock and of the processor, and how many calls they were."""

    wall: float = 0.0
    processor: float = 0.0
    calls: int = 0

    @contextmanager
    def add(self) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.wall += time.perf_counter() - wall
            self.processor += time.thread_time() - processor
            self.calls += 1


class Timed:
    """An object, each of whose methods adds to a clock."""

    def __init__(self, of: Any, clock: Time) -> None:
        self._of, self._clock = of, clock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of, name)
        if not callable(found):
            return found

        def timed(*arguments: Any, **named: Any) -> Any:
            with self._clock.add():
                return found(*arguments, **named)

        return timed
