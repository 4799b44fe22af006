"""How far a run is: the part of a checkpoint that is not arrays."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class Progress:
    """Steps done, the epochs' rows, and the sums of the epoch that is under way."""

    step: int = 0
    rows: list[Row] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    """Of what the training step counts, each step's mean added up."""
    epoch_steps: int = 0
    epoch_seconds: float = 0.0
    tested: list[float | None] = field(default_factory=list)
    """What the test images said after each epoch, where that was asked for: no part of any row (`core.by_epoch`)."""

    def add(self, steps: int, means: Mapping[str, float], seconds: float) -> None:
        """A segment of `steps` ended with these means, by the metric's name."""
        self.step += steps
        self.epoch_steps += steps
        for name, mean in means.items():
            self.sums[name] = self.sums.get(name, 0.0) + mean * steps
        self.epoch_seconds += seconds

    def end_epoch(self, images: int, validation: Mapping[str, float | None], learning_rate: float) -> Row:
        """Close the epoch of `images` trained images with its row. Accuracies are fractions, losses nats."""
        row = {
            "epoch": len(self.rows) + 1,
            "timestamp_ms": time.time_ns() // 1_000_000,
            **{name: total / self.epoch_steps for name, total in self.sums.items()},
            **validation,
            "learning_rate": learning_rate,
            "device_seconds": self.epoch_seconds,
            "images_per_second": images / self.epoch_seconds,
        }
        self.rows.append(row)
        self.sums, self.epoch_steps, self.epoch_seconds = {}, 0, 0.0
        return row

    @property
    def finite(self) -> bool:
        return math.isfinite(self.sums.get("train_loss", 0.0))

    @property
    def last(self) -> Row:
        """The last epoch's row; empty before the first."""
        return self.rows[-1] if self.rows else {}
