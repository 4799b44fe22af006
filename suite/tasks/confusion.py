"""The confusion matrix: how often each true class (row) was taken for each class (column)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.core.directories import PREDICTIONS

PICTURE_SIDE = 480  # pixels, about


def count(labels: NDArray[Any], predicted: Sequence[NDArray[Any]], classes: int) -> NDArray[np.int64]:
    """Counts summed over the runs, each of whose predictions have the labels' shape (N,); (classes, classes)."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    for run in predicted:
        np.add.at(counts, (labels, run), 1)
    return counts


def of_run(predictions: Path) -> NDArray[np.int64]:
    """The counts of one final run from its `predictions.npz`; classes that are neither asked nor said are left out."""
    with np.load(predictions) as saved:
        labels, predicted = saved["label"].astype(int), saved["predicted"].astype(int)
    return count(labels, [predicted], int(max(labels.max(), predicted.max())) + 1)


def artifacts(directory: Path) -> dict[str, str | NDArray[np.uint8]]:
    """What a tracking store shows of a run beside its figures, by file name: a final run's counts and their picture."""
    if not (directory / PREDICTIONS).exists():
        return {}
    counts = of_run(directory / PREDICTIONS)
    return {"confusion_matrix.csv": as_csv(counts), "confusion_matrix.png": as_picture(counts)}


def as_csv(counts: NDArray[np.int64]) -> str:
    return "\n".join(",".join(map(str, row)) for row in counts.tolist()) + "\n"


def as_picture(counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """A grey picture, shape (side, side): the darker, the larger the share of its row."""
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    grey = (255 * (1 - np.sqrt(share))).astype(np.uint8)  # the root shows rare confusions beside the diagonal
    cell = max(1, PICTURE_SIDE // len(grey))
    return np.repeat(np.repeat(grey, cell, axis=0), cell, axis=1)
