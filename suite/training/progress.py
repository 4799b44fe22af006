"""How far a run is: the part of a checkpoint that is not arrays."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from suite.training.evaluate import Predictions

Row = dict[str, Any]


@dataclass
class Progress:
    """Steps done, the epochs' rows, and the sums of the epoch that is under way."""

    step: int = 0
    rows: list[Row] = field(default_factory=list)
    loss_sum: float = 0.0
    accuracy_sum: float = 0.0
    epoch_steps: int = 0
    epoch_seconds: float = 0.0

    def add(self, steps: int, loss: float, accuracy: float, seconds: float) -> None:
        """A segment of `steps` ended with these means."""
        self.step += steps
        self.epoch_steps += steps
        self.loss_sum += loss * steps
        self.accuracy_sum += accuracy * steps
        self.epoch_seconds += seconds

    def end_epoch(self, images: int, validation: Predictions | None, learning_rate: float) -> Row:
        """Close the epoch of `images` trained images with its row. Accuracies are fractions, losses nats."""
        row = {
            "epoch": len(self.rows) + 1,
            "timestamp_ms": time.time_ns() // 1_000_000,
            "train_loss": self.loss_sum / self.epoch_steps,
            "train_accuracy": self.accuracy_sum / self.epoch_steps,
            "val_loss": validation.loss if validation else None,
            "val_accuracy": validation.accuracy if validation else None,
            "val_top5_accuracy": validation.top5_accuracy if validation else None,
            "learning_rate": learning_rate,
            "device_seconds": self.epoch_seconds,
            "images_per_second": images / self.epoch_seconds,
        }
        self.rows.append(row)
        self.loss_sum, self.accuracy_sum, self.epoch_steps, self.epoch_seconds = 0.0, 0.0, 0, 0.0
        return row

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss_sum)

    @property
    def last(self) -> Row:
        """The last epoch's row; empty before the first."""
        return self.rows[-1] if self.rows else {}
