"""Figures from logits, on the host in float64, the same whatever the backend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 15


@dataclass(frozen=True)
class Predictions:
    """What is kept of each image: predicted class, its confidence, whether the label is among the top five."""

    predicted: np.ndarray
    confidence: np.ndarray
    top5_hit: np.ndarray
    label: np.ndarray
    loss: float
    """Mean cross-entropy in nats."""

    @property
    def accuracy(self) -> float:
        return float(np.mean(self.predicted == self.label))

    @property
    def top5_accuracy(self) -> float:
        return float(np.mean(self.top5_hit))

    @property
    def calibration_error(self) -> float:
        return expected_calibration_error(self.confidence, self.predicted == self.label)

    def arrays(self) -> dict[str, np.ndarray]:
        """What predictions.npz holds."""
        return {name: getattr(self, name) for name in ("predicted", "confidence", "top5_hit", "label")}


def evaluate(logits: np.ndarray, labels: np.ndarray) -> Predictions:
    """Figures of `logits` (N, classes) against `labels` (N,). Ties go to the lower class, in top-1 as in top-5."""
    logits = np.asarray(logits, dtype=np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    own = np.take_along_axis(logits, labels[:, None].astype(np.int64), axis=1)
    before = np.arange(logits.shape[1]) < labels[:, None]
    rank = (logits > own).sum(axis=1) + ((logits == own) & before).sum(axis=1)
    predicted = logits.argmax(axis=1)
    return Predictions(
        predicted=predicted.astype(np.int32),
        confidence=np.exp(logarithms.max(axis=1)).astype(np.float32),
        top5_hit=rank < 5,
        label=labels.astype(np.int32),
        loss=float(-np.mean(np.take_along_axis(logarithms, labels[:, None].astype(np.int64), axis=1))),
    )


def expected_calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their images (Guo et al. 2017)."""
    which = np.clip(np.ceil(confidence.astype(np.float64) * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(which, minlength=bins)
    gap = np.abs(
        np.bincount(which, weights=confidence, minlength=bins) - np.bincount(which, weights=correct, minlength=bins)
    )
    return float(gap.sum() / count.sum())
