"""Localization: the class of each image and one box round its object, as in the ImageNet challenge.

O. Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, arXiv:1409.0575, section 4.2: an image is
right where its class is and the box overlaps the true one by at least one half (intersection over union); with five
guesses, where any of them is. Here all five have the one box that the network gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.core.directories import PREDICTIONS
from suite.core.metrics import Metric, measured
from suite.tasks import confusion
from suite.tasks.classification import FEW, judged, log_likelihoods

ENOUGH = 0.5
"""The least overlap of a box that is right."""

SPREAD = 0.2
"""The unit of the boxes' loss, as a fraction of the image's side: about the deviation of an edge from its mean, for
Girshick brings coordinates to unit variance before he measures them."""

STEPS = 1024
"""Overlaps are kept in whole parts of so many, rounded down: no record of few digits rounds one up to a threshold."""

OVERLAPS = "overlaps.csv"


@dataclass(frozen=True)
class Localizations:
    """What is kept of each image: (N,), and boxes (N, 4) of left, top, right, bottom as fractions of the sides."""

    predicted: NDArray[np.int32]
    confidence: NDArray[np.float32]
    top5_hit: NDArray[np.bool_]
    box: NDArray[np.float32]
    iou: NDArray[np.float32]
    label: NDArray[np.int32]
    truth: NDArray[np.float32]
    loss: float

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in (*KEPT, "label", "truth")}


KEPT = ("predicted", "confidence", "top5_hit", "box", "iou")


def scored(arrays: Mapping[str, NDArray[Any]], labels: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """By name what each image's answer is worth: class and box, any of five classes and the box, class, overlap."""
    placed, hit = arrays["iou"] >= ENOUGH, arrays["predicted"] == labels
    five = arrays["top5_hit"].astype(bool)
    return {"localized": hit & placed, "top5_localized": five & placed, "hit": hit, "iou": arrays["iou"]}


def _mean(score: str) -> Any:
    return lambda seen: float(np.mean(scored(seen.arrays(), seen.label)[score]))


METRICS: tuple[Metric, ...] = (
    Metric(
        "train_localization_accuracy", "fraction", "higher", "Training localization accuracy", "localization_accuracy",
        "train",
    ),
    Metric("train_accuracy", "fraction", "higher", "Training class accuracy", "accuracy", "train"),
    Metric("train_loss", "nats", "lower", "Training loss", "loss", "train"),
    *(
        metric
        for part in ("val", "test")
        for metric in (
            *measured("localization_accuracy", "fraction", "higher", "Localization accuracy", _mean("localized"),
                      (part,), "localized"),
            *measured("top5_localization_accuracy", "fraction", "higher", "Top-5 localization accuracy",
                      _mean("top5_localized"), (part,), "top5_localized"),
            *measured("accuracy", "fraction", "higher", "Class accuracy", _mean("hit"), (part,), "hit"),
            *measured("mean_iou", "fraction", "higher", "Mean overlap (IoU)", _mean("iou"), (part,), "iou"),
            *measured("loss", "nats", "lower", "Loss", lambda seen: seen.loss, (part,)),
        )
    ),
)  # fmt: skip
"""The loss is the classes' in nats and the boxes' beside it, which is the negative logarithm of a density, too."""


class Localization:
    """See `suite.tasks.task.Task`. Outputs are (n, classes + 4): logits, then the box as fractions of the sides."""

    name = "localization"
    metrics = METRICS
    selection = "val_localization_accuracy"
    counted = ("loss", "accuracy", "localization_accuracy")
    judged = ("test_localization_accuracy", "test_top5_localization_accuracy")
    right = (
        "An image is right where its class is and the box overlaps the true one by at least one half (intersection "
        "over union): the localization error of the ImageNet challenge (Russakovsky et al., arXiv:1409.0575). For "
        "top-5, any of the five likeliest classes with the one box."
    )
    outputs = "classes"
    needs_maps = True
    target = "box"
    boxes = ("box",)
    kept = KEPT
    shared = ("label", "truth", "picture")
    pictures = 12
    drawn = ("localization", "calibration", "confusion", "mistakes", "layers", "filters")
    published = False

    def network(self, net: Any, classes: int) -> Any:
        from suite import models
        from suite.models import heads

        return models.attached(net, heads.localization(classes))

    def targets(self, data: Any) -> dict[str, NDArray[Any]]:
        height, width, _ = data.input_shape
        sides = np.array([width, height, width, height], np.float32)
        return {"label": data.labels, "box": (data.targets.arrays["box"] / sides).astype(np.float32)}

    def loss(self, compute: Any, outputs: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
        """The recipe's loss for the classes, and smooth L1 for the boxes beside it, with the weight 1 (Fast R-CNN)."""
        return compute(outputs[:, :-4], targets, numbers) + box_loss(outputs[:, -4:], targets["box"])

    def step_metrics(self, outputs: Any, targets: Mapping[str, Any]) -> dict[str, Any]:
        """Of images whose box left the view the class alone counts: they are right where it is."""
        from keras import ops

        outputs = ops.cast(outputs, "float32")
        logits, box = outputs[:, :-4], outputs[:, -4:]
        hits = ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), ops.cast(targets["label"], "int32"))
        placed = ops.logical_or(overlaps(box, targets["box"]) >= ENOUGH, ops.logical_not(in_view(targets["box"])))
        own = log_likelihoods(ops.log_softmax(logits, axis=-1), targets["label"])
        return {
            "loss": box_loss(box, targets["box"]) - ops.mean(own),
            "accuracy": ops.mean(ops.cast(hits, "float32")),
            "localization_accuracy": ops.mean(ops.cast(ops.logical_and(hits, placed), "float32")),
        }

    def evaluate(self, outputs: NDArray[np.floating], targets: Mapping[str, NDArray[Any]]) -> Localizations:
        classes, truth = judged(outputs[:, :-4], targets["label"]), targets["box"].astype(np.float64)
        box = outputs[:, -4:].astype(np.float64)
        away = np.abs(box - truth) / SPREAD
        placed = np.where(away < 1, 0.5 * away**2, away - 0.5).sum(axis=1).mean()
        box = np.clip(box, 0, 1)
        return Localizations(
            predicted=classes.predicted,
            confidence=classes.confidence,
            top5_hit=classes.top5_hit,
            box=box.astype(np.float32),
            iou=(np.floor(overlaps_of(box, truth) * STEPS) / STEPS).astype(np.float32),
            label=classes.label,
            truth=truth.astype(np.float32),
            loss=classes.loss + float(placed),
        )

    def scores(self, arrays: Mapping[str, NDArray[Any]], labels: NDArray[Any], classes: int) -> dict[str, NDArray[Any]]:
        found = scored(arrays, labels)
        if classes <= FEW:
            del found["top5_localized"]
        return found

    def answers(self, outputs: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
        return {"label": outputs[:, :-4], "box": outputs[:, -4:]}

    def artifacts(self, directory: Path) -> dict[str, str | NDArray[np.uint8]]:
        """The confusion matrix of the classes, and the overlap curve."""
        if not (directory / PREDICTIONS).exists():
            return {}
        with np.load(directory / PREDICTIONS) as saved:
            thresholds, shares = overlap_curve(saved["iou"], saved["predicted"] == saved["label"])
        lines = [f"{threshold:.2f},{share:.4f}" for threshold, share in zip(thresholds, shares, strict=True)]
        return {**confusion.artifacts(directory), OVERLAPS: "\n".join(["least_overlap,share_right", *lines]) + "\n"}


TASK = Localization()


def in_view(boxes: Any) -> Any:
    """Whether anything is left of each box: (n,)."""
    from keras import ops

    return ops.logical_and(boxes[:, 2] > boxes[:, 0], boxes[:, 3] > boxes[:, 1])


def box_loss(boxes: Any, truth: Any) -> Any:
    """Smooth L1 of coordinates in units of SPREAD, the sum of the edges; its mean over the images, where an image whose
    box left the view has none: so a batch's loss is the mean of its parts'.

    R. Girshick, Fast R-CNN, arXiv:1504.08083, equations 1 to 3: x^2 / 2 below one, |x| - 1/2 beyond.
    """
    from keras import ops

    away = ops.abs(ops.cast(boxes, "float32") - truth) / SPREAD
    each = ops.sum(ops.where(away < 1.0, 0.5 * ops.square(away), away - 0.5), axis=-1)
    seen = ops.cast(in_view(truth), "float32")
    return ops.sum(each * seen) / each.shape[0]


def overlaps(boxes: Any, truth: Any) -> Any:
    """Intersection over union of boxes (n, 4) with others, (n,), with Keras' operations; zero where both are empty."""
    from keras import ops

    low, high = ops.maximum(boxes[:, :2], truth[:, :2]), ops.minimum(boxes[:, 2:], truth[:, 2:])
    common = ops.prod(ops.maximum(high - low, 0.0), axis=-1)
    areas = [ops.prod(ops.maximum(some[:, 2:] - some[:, :2], 0.0), axis=-1) for some in (boxes, truth)]
    return common / ops.maximum(areas[0] + areas[1] - common, 1e-9)


def overlaps_of(boxes: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of arrays on the host."""
    low, high = np.maximum(boxes[:, :2], truth[:, :2]), np.minimum(boxes[:, 2:], truth[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    areas = sum(np.maximum(some[:, 2:] - some[:, :2], 0).prod(axis=1) for some in (boxes, truth))
    whole: NDArray[np.float64] = common / np.maximum(areas - common, 1e-12)
    return whole


def overlap_curve(iou: NDArray[Any], hit: NDArray[Any], steps: int = 20) -> tuple[NDArray[Any], NDArray[Any]]:
    """Least overlaps from 0 to 1, and the share of the images whose class is right and whose box overlaps so much."""
    thresholds = np.linspace(0, 1, steps + 1)
    return thresholds, ((iou[None, :] >= thresholds[:, None]) & hit[None, :]).mean(axis=1)
