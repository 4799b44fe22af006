"""Rows are means over an epoch's steps, however it was cut into segments."""

from __future__ import annotations

import pytest

from suite.training.progress import Progress


def test_an_epochs_row() -> None:
    progress = Progress()
    progress.add(steps=3, means={"train_loss": 2.0, "train_accuracy": 0.5}, seconds=1.0)
    progress.add(steps=1, means={"train_loss": 4.0, "train_accuracy": 0.9}, seconds=1.0)
    row = progress.end_epoch(40, {"val_accuracy": 0.8, "val_loss": 1.5}, learning_rate=0.1)
    assert row["epoch"] == 1
    assert row["train_loss"] == pytest.approx(2.5)
    assert row["train_accuracy"] == pytest.approx(0.6)
    assert (row["val_accuracy"], row["val_loss"]) == (0.8, 1.5)
    assert (row["device_seconds"], row["images_per_second"], row["learning_rate"]) == (2.0, 20.0, 0.1)
    assert (progress.step, progress.epoch_steps, progress.last) == (4, 0, row)


def test_an_epoch_without_validation_and_a_loss_that_is_not_finite() -> None:
    progress = Progress()
    assert progress.last == {}
    progress.add(1, {"train_loss": 1.0}, 1.0)
    assert progress.finite
    assert progress.end_epoch(8, {"val_accuracy": None}, 0.1)["val_accuracy"] is None
    progress.add(1, {"train_loss": float("nan")}, 1.0)
    assert not progress.finite
