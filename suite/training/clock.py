"""Where a run's time went, and what a kill cost it.

Device time is the wall time of the training steps, augmentation included, with the device synchronised at the end;
compilation, evaluation, commits and waiting are counted apart. All clocks are part of the checkpoint, so that they
add up over attempts; what was lost to a kill is known from the heartbeat.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from suite.core import faults

HEARTBEAT = "heartbeat"
_INTERVAL = 1.0


@dataclass
class Clocks:
    """Seconds spent by kind, over all attempts that were committed."""

    device_seconds: float = 0.0
    compile_seconds: float = 0.0
    eval_seconds: float = 0.0
    setup_seconds: float = 0.0
    data_seconds: float = 0.0
    checkpoint_seconds: float = 0.0
    replayed_seconds: float = 0.0
    energy_joules: float | None = None
    peak_memory_bytes: int | None = None

    @contextlib.contextmanager
    def count(self, name: str) -> Iterator[None]:
        """Add the time of a block to the clock of that name."""
        start = time.perf_counter()
        try:
            yield
        finally:
            setattr(self, name, getattr(self, name) + time.perf_counter() - start)

    def add(self, earlier: dict[str, Any]) -> None:
        """Add the clocks of the attempts before, as a checkpoint kept them."""
        for name, value in earlier.items():
            mine = getattr(self, name)
            if name == "peak_memory_bytes":
                setattr(self, name, max(filter(None, (mine, value)), default=None))
            elif value is not None:
                setattr(self, name, (mine or 0.0) + value)

    def as_mapping(self) -> dict[str, Any]:
        return asdict(self)


class Heartbeat:
    """A small file that says how much device time was spent, so that the next attempt knows what a kill lost.

    It holds `spent lost`: device seconds of this line of attempts up to now, and device seconds lost before.
    It lies among the checkpoints and goes with them. It is no truth: a missing or torn one only makes the lost time
    unknown, and counted as nothing.
    """

    def __init__(self, directory: Path, committed: float) -> None:
        """`committed`: device seconds that the checkpoint this attempt starts from already holds."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / HEARTBEAT
        spent, lost = self._read()
        self.lost = lost + max(0.0, spent - committed)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        self._base, self._start, self._next = committed, 0.0, 0.0
        self.write(committed)

    def start(self, base: float) -> None:
        """A stretch of training starts, with `base` device seconds behind it."""
        self._base, self._start = base, time.perf_counter()
        self._next = self._start + _INTERVAL

    def beat(self) -> None:
        """Called after each step: writes once a second."""
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + _INTERVAL
            self.write(self._base + now - self._start)

    def write(self, spent: float) -> None:
        os.pwrite(self._file, f"{spent:15.3f} {self.lost:15.3f}\n".encode(), 0)

    def close(self) -> None:
        os.close(self._file)

    def _read(self) -> tuple[float, float]:
        try:
            spent, lost = self.path.read_text().split()
            return float(spent), float(lost)
        except (OSError, ValueError):
            return 0.0, 0.0


class Pulse(keras.callbacks.CallbackList):
    """Keras' list of callbacks without what costs at each batch: no thread pool, no reading of the metrics.

    Keras' own list converts the metrics to Python numbers after each step, which makes the device wait.
    """

    def __init__(self, heartbeat: Heartbeat, model: keras.Model) -> None:
        super().__init__(callbacks=[], add_history=True, model=model, epochs=1)
        self.heartbeat = heartbeat

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        pass

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        faults.reach("training.step")
        self.heartbeat.beat()
