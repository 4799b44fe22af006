"""One class for each image: what is measured, and where it is decided whether a test image is a hit."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from suite.core.metrics import Metric, measured
from suite.tasks.task import Arrays, Task

TOP = 5
BINS = 15


class Predictions(Protocol):
    """What is known of N images: predicted class, its confidence, whether the label is among the top five, label."""

    predicted: NDArray[np.generic]
    confidence: NDArray[np.generic]
    top5_hit: NDArray[np.generic]
    label: NDArray[np.generic]
    loss: float
    """Mean cross-entropy in nats."""


def hits(predicted: NDArray[np.generic], label: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Which images were classified right, (N,)."""
    return predicted == label


def scores(arrays: Arrays, labels: NDArray[np.generic], classes: int) -> dict[str, NDArray[np.generic]]:
    """The scores of each test image, (N,) each: `hit`, and `top5_hit` where five classes are not all there are."""
    found: dict[str, NDArray[np.generic]] = {"hit": hits(arrays["predicted"], labels)}
    return found | ({"top5_hit": arrays["top5_hit"]} if classes > TOP else {})


def _accuracy(predictions: Predictions) -> float:
    return float(np.mean(hits(predictions.predicted, predictions.label)))


def _top5_accuracy(predictions: Predictions) -> float:
    return float(predictions.top5_hit.astype(np.float64).mean())


def _loss(predictions: Predictions) -> float:
    return predictions.loss


def _calibration_error(predictions: Predictions) -> float:
    return expected_calibration_error(predictions.confidence, hits(predictions.predicted, predictions.label))


def expected_calibration_error(
    confidence: NDArray[np.generic], correct: NDArray[np.generic], bins: int = BINS
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their images (Guo et al. 2017)."""
    which = np.clip(np.ceil(confidence.astype(np.float64) * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(which, minlength=bins)
    gap = np.abs(
        np.bincount(which, weights=confidence, minlength=bins) - np.bincount(which, weights=correct, minlength=bins)
    )
    return float(gap.sum() / count.sum())


ALL = ("train", "val", "test")
METRICS: tuple[Metric, ...] = (
    *measured("accuracy", "fraction", "higher", "Accuracy, top-1", _accuracy, parts=ALL, score="hit"),
    *measured("top5_accuracy", "fraction", "higher", "Accuracy, top-5", _top5_accuracy, score="top5_hit"),
    *measured("loss", "nats", "lower", "Loss", _loss, parts=ALL),
    *measured(
        "calibration_error", "fraction", "lower", "Calibration error", _calibration_error, parts=("test",), bare=True
    ),
)

TASK = Task(
    name="classification",
    metrics=METRICS,
    kept={"predicted": np.int32, "confidence": np.float16, "top5_hit": np.bool_},
    scores=scores,
)
