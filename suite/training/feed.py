"""What the compiled step is fed: one row per step, so that Keras' batch of one row is the step's whole batch.

A row holds the positions of a batch's images, or the images themselves where they do not fit on the device. All rows
have one shape, hence one traced graph, with a batch size that is known while tracing.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

Rows = dict[str, np.ndarray]


def epoch_order(index: np.ndarray, batch_size: int, seed: int, epoch: int) -> np.ndarray:
    """The batches of an epoch as (steps, batch_size) positions: a function of seed and epoch, whatever ran before.

    What does not fill a batch is left out of this epoch; the next epoch leaves out others.
    """
    order = np.random.default_rng((seed, epoch)).permutation(len(index))
    steps = len(index) // batch_size
    return index[order[: steps * batch_size]].reshape(steps, batch_size).astype("int32")


def evaluation_rows(index: np.ndarray, batch_size: int) -> np.ndarray:
    """All of `index` in order as (steps, batch_size), the last row filled up with its last position."""
    steps = -(-len(index) // batch_size)
    return np.pad(index, (0, steps * batch_size - len(index)), mode="edge").reshape(steps, batch_size).astype("int32")


class HostFeed(keras.utils.PyDataset):
    """Batches gathered from a memory map on the host, for images that do not fit on the device."""

    def __init__(self, images: np.ndarray, rows: np.ndarray, steps: np.ndarray, labels: np.ndarray | None) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.images, self.rows, self.steps, self.labels = images, rows, steps, labels

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, position: int) -> tuple[Rows, ...]:
        row = self.rows[position]
        ordered, back = np.unique(row, return_inverse=True)  # a memory map is read forwards, each image once
        inputs = {"image": self.images[ordered][back][None], "step": self.steps[position : position + 1]}
        return (inputs,) if self.labels is None else (inputs, self.labels[row][None])


def feed(images: np.ndarray | None, rows: np.ndarray, first_step: int, labels: np.ndarray | None) -> dict[str, Any]:
    """Arguments of `fit` (with `labels` (N,) int32) or `predict` for these rows.

    `images`: None where the device holds them, and positions are enough.
    """
    steps = np.arange(first_step, first_step + len(rows), dtype="int32")
    if images is not None:
        return {"x": HostFeed(images, rows, steps, labels)}
    inputs: dict[str, Any] = {"x": {"index": rows, "step": steps}, "batch_size": 1}
    return inputs if labels is None else {**inputs, "y": labels[rows]}
