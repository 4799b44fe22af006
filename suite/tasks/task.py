"""What a task has to say; the suite asks nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from suite.core.metrics import Metric

Arrays = Mapping[str, NDArray[Any]]


class Evaluation(Protocol):
    """What a network did on a set of images, as a task keeps it."""

    @property
    def loss(self) -> float:
        """Mean over the images; not finite where the network broke."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What predictions.npz holds: by name, arrays whose first axis is the images."""


class Task(Protocol):
    """One task, without state.

    metrics: what it measures, in the order of the records; a loss in training (`train_loss`) and on validation images
    (`val_loss`), which tell a run that diverged, is among them. selection: the metric of the validation images by which
    a search chooses, the higher the better. counted: what the training step counts itself, as `step_metrics` gives it.
    judged: the metrics of the test images whose errors a table shows, each the mean of a score; by the first, rows are
    ranked and claims judged. right: what it takes for a test image to be right, as a sentence; empty for its class.

    outputs: what a recipe's loss is for, which has to be the loss's own word. needs_maps: whether the head reads a
    place in the image, so that a net without maps cannot do it.
    target: what data must know of each image beside its class, by the target's name; None for nothing.
    boxes: which of the targets are boxes in the image, (N, 4) of left, top, right and bottom as fractions of its sides.

    kept: the arrays of `Evaluation.arrays` that each run has its own of; shared: those that are equal in all runs which
    are tested on the same images, the labels among them. pictures: of how many test images the pixels are kept with
    these (as `picture`), the first in their order. drawn: modules of `suite.analysis.figures.drawings`, in their order.
    published: whether what papers publish about architectures is measured as this task measures.
    """

    name: str
    metrics: tuple[Metric, ...]
    selection: str
    counted: tuple[str, ...]
    judged: tuple[str, ...]
    right: str
    outputs: str
    needs_maps: bool
    target: str | None
    boxes: tuple[str, ...]
    kept: tuple[str, ...]
    shared: tuple[str, ...]
    pictures: int
    drawn: tuple[str, ...]
    published: bool

    def network(self, net: Any, classes: int) -> Any:
        """A family's net with this task's head, a Keras model from normalized images to outputs."""

    def targets(self, data: Any) -> dict[str, NDArray[Any]]:
        """From a data set to what the step is fed beside the images, (N, ...) each, by name."""

    def loss(self, compute: Any, outputs: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
        """The batch's mean loss, with Keras' operations; `compute` is the recipe's loss for one output."""

    def step_metrics(self, outputs: Any, targets: Mapping[str, Any]) -> dict[str, Any]:
        """Batch means of what the training step counts, with Keras' operations."""

    def evaluate(self, outputs: NDArray[np.floating], targets: Arrays) -> Evaluation:
        """What the network gave for these images, judged on the host in float64."""

    def scores(self, arrays: Arrays, labels: NDArray[Any], classes: int) -> dict[str, NDArray[Any]]:
        """By name, a score in [0, 1] for each test image, from what is kept; without those that say nothing where there
        are so few classes."""

    def answers(self, outputs: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
        """By target, the part of a prediction's outputs that is for it: for the label how likely each class is, logits
        (N, classes); for what is a box, a box."""

    def artifacts(self, directory: Path) -> dict[str, str | NDArray[np.uint8]]:
        """What a tracking store shows of a run beside its figures, by file name; texts, and pictures (`*.png`)."""


def figures(task: Task, evaluation: Evaluation, part: str) -> dict[str, float]:
    """The task's metrics on the images of a part (val, test), by name."""
    metrics: Sequence[Metric] = [metric for metric in task.metrics if metric.part == part and metric.compute]
    return {metric.name: float(metric.compute(evaluation)) for metric in metrics if metric.compute}
