"""Rows are means over an epoch's steps, however it was cut into segments."""

from __future__ import annotations

import numpy as np
import pytest
from suite.training.evaluate import evaluate

from suite.training.progress import Progress


def test_an_epochs_row() -> None:
    progress = Progress()
    progress.add(steps=3, loss=2.0, accuracy=0.5, seconds=1.0)
    progress.add(steps=1, loss=4.0, accuracy=0.9, seconds=1.0)
    row = progress.end_epoch(40, evaluate(np.eye(6), np.arange(6)), learning_rate=0.1)
    assert row["epoch"] == 1
    assert row["train_loss"] == pytest.approx(2.5)
    assert row["train_accuracy"] == pytest.approx(0.6)
    assert row["val_accuracy"] == row["val_top5_accuracy"] == 1.0
    assert (row["device_seconds"], row["images_per_second"], row["learning_rate"]) == (2.0, 20.0, 0.1)
    assert (progress.step, progress.epoch_steps, progress.last) == (4, 0, row)


def test_an_epoch_without_validation_and_a_loss_that_is_not_finite() -> None:
    progress = Progress()
    assert progress.last == {}
    progress.add(1, 1.0, 0.0, 1.0)
    assert progress.finite
    assert progress.end_epoch(8, None, 0.1)["val_accuracy"] is None
    progress.add(1, float("nan"), 0.0, 1.0)
    assert not progress.finite
