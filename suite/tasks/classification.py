"""Classification: one label of several for each image. Where a test image's hit is decided: `scores`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.core.metrics import Metric, measured
from suite.tasks import confusion

AUXILIARY_WEIGHT = 0.3
"""Of the loss of each output after the first: Szegedy et al., arXiv:1409.4842, section 5."""

BINS = 15
FEW = 5
"""Classes of which each is among the five likeliest."""

KEPT = ("predicted", "confidence", "top5_hit")
CHUNK = 4096
"""Images that are judged at a time: logits of many classes are not held several times over in double precision."""


@dataclass(frozen=True)
class Predictions:
    """What is kept of each image: predicted class, its confidence, whether the label is among the top five; (N,)."""

    predicted: NDArray[np.int32]
    confidence: NDArray[np.float32]
    top5_hit: NDArray[np.bool_]
    label: NDArray[np.int32]
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

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in (*KEPT, "label")}


METRICS: tuple[Metric, ...] = (
    Metric("train_accuracy", "fraction", "higher", "Training accuracy", "accuracy", "train"),
    Metric("train_loss", "nats", "lower", "Training loss", "loss", "train"),
    *measured("accuracy", "fraction", "higher", "Accuracy", lambda seen: seen.accuracy, ("val",)),
    *measured("top5_accuracy", "fraction", "higher", "Top-5 accuracy", lambda seen: seen.top5_accuracy, ("val",)),
    *measured("loss", "nats", "lower", "Loss", lambda seen: seen.loss, ("val",)),
    *measured("accuracy", "fraction", "higher", "Accuracy", lambda seen: seen.accuracy, ("test",), "hit"),
    *measured(
        "top5_accuracy", "fraction", "higher", "Top-5 accuracy", lambda seen: seen.top5_accuracy, ("test",), "top5_hit"
    ),
    *measured("loss", "nats", "lower", "Loss", lambda seen: seen.loss, ("test",)),
    *measured(
        "calibration_error", "fraction", "lower", "Calibration error", lambda seen: seen.calibration_error, ("test",),
        bare=True,
    ),
    *measured("balanced_accuracy", "fraction", "higher", "Balanced accuracy", lambda seen: balanced_accuracy(seen)),
)  # fmt: skip


class Classification:
    """See `suite.tasks.task.Task`. Outputs are logits (n, classes); further outputs are auxiliary classifiers'."""

    name = "classification"
    metrics = METRICS
    selection = "val_accuracy"
    counted = ("loss", "accuracy")
    judged = ("test_accuracy", "test_top5_accuracy")
    right = ""
    outputs = "classes"
    needs_maps = False
    target = None
    boxes = ()
    kept = KEPT
    shared = ("label",)
    pictures = 0
    drawn = ("calibration", "confusion", "mistakes", "layers", "filters")
    published = True

    def network(self, net: Any, classes: int) -> Any:
        """Every family brings the head that its paper describes."""
        return net

    def targets(self, data: Any) -> dict[str, NDArray[Any]]:
        return {"label": data.labels}

    def loss(self, compute: Any, outputs: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
        first, *auxiliary = _as_list(outputs)
        loss = compute(first, targets, numbers)
        for logits in auxiliary:
            loss = loss + AUXILIARY_WEIGHT * compute(logits, targets, numbers)
        return loss

    def step_metrics(self, outputs: Any, targets: Mapping[str, Any]) -> dict[str, Any]:
        """Cross-entropy against the true labels, without decay, so that it compares with the validation's; accuracy."""
        from keras import ops

        logits = ops.cast(_as_list(outputs)[0], "float32")
        hits = ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), ops.cast(targets["label"], "int32"))
        own = log_likelihoods(ops.log_softmax(logits, axis=-1), targets["label"])
        return {"loss": -ops.mean(own), "accuracy": ops.mean(ops.cast(hits, "float32"))}

    def evaluate(self, outputs: NDArray[np.floating], targets: Mapping[str, NDArray[Any]]) -> Predictions:
        return judged(outputs, targets["label"])

    def scores(self, arrays: Mapping[str, NDArray[Any]], labels: NDArray[Any], classes: int) -> dict[str, NDArray[Any]]:
        found = {"hit": arrays["predicted"] == labels, "top5_hit": arrays["top5_hit"]}
        return found if classes > FEW else {"hit": found["hit"]}

    def answers(self, outputs: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
        return {"label": outputs}

    def artifacts(self, directory: Path) -> dict[str, str | NDArray[np.uint8]]:
        return confusion.artifacts(directory)


TASK = Classification()


def log_likelihoods(logarithms: Any, labels: Any) -> Any:
    """logarithms[i, labels[i]]: (n,)."""
    from keras import ops

    chosen = ops.one_hot(labels, logarithms.shape[-1], dtype=logarithms.dtype)
    return ops.sum(logarithms * chosen, axis=-1)


def judged(logits: NDArray[np.floating], labels: NDArray[Any]) -> Predictions:
    """Figures of `logits` (N, classes) against `labels` (N,). Ties go to the lower class, in top-1 as in top-5."""
    pieces = [
        _judged(logits[start : start + CHUNK], labels[start : start + CHUNK]) for start in range(0, len(labels), CHUNK)
    ]
    predicted, confidence, rank, own = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return Predictions(
        predicted=predicted.astype(np.int32),
        confidence=confidence.astype(np.float32),
        top5_hit=rank < 5,
        label=labels.astype(np.int32),
        loss=float(-np.mean(own)),
    )


def _judged(part: NDArray[np.floating], labels: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    logits = np.asarray(part, dtype=np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    picked = labels[:, None].astype(np.int64)
    own = np.take_along_axis(logits, picked, axis=1)
    before = np.arange(logits.shape[1]) < labels[:, None]
    rank = (logits > own).sum(axis=1) + ((logits == own) & before).sum(axis=1)
    likelihood = np.take_along_axis(logarithms, picked, axis=1)[:, 0]
    return logits.argmax(axis=1), np.exp(logarithms.max(axis=1)), rank, likelihood


def balanced_accuracy(seen: Predictions) -> float:
    """Mean over the classes of the share of their images that are right; classes without an image do not count."""
    classes = int(seen.label.max()) + 1
    images = np.bincount(seen.label, minlength=classes)
    right = np.bincount(seen.label, weights=seen.predicted == seen.label, minlength=classes)
    return float(np.mean(right[images > 0] / images[images > 0]))


def expected_calibration_error(confidence: NDArray[Any], correct: NDArray[Any], bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their images (Guo et al. 2017)."""
    which = np.clip(np.ceil(confidence.astype(np.float64) * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(which, minlength=bins)
    gap = np.abs(
        np.bincount(which, weights=confidence, minlength=bins) - np.bincount(which, weights=correct, minlength=bins)
    )
    return float(gap.sum() / count.sum())


def _as_list(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]
