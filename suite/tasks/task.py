"""What a task has to say; the suite asks nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """

    name: str
    metrics: tuple[Metric, ...]
    selection: str
    counted: tuple[str, ...]

    def network(
        self, architecture: str, input_shape: tuple[int, int, int], classes: int, options: Mapping[str, Any]
    ) -> Any:
        """The architecture with this task's head, a Keras model from normalized images to outputs."""

    def targets(self, data: Any) -> dict[str, NDArray[Any]]:
        """From a data set to what the step is fed beside the images, (N, ...) each, by name."""

    def loss(self, compute: Any, outputs: Any, targets: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
        """The batch's mean loss, with Keras' operations; `compute` is the recipe's loss for one output."""

    def step_metrics(self, outputs: Any, targets: Mapping[str, Any]) -> dict[str, Any]:
        """Batch means of what the training step counts, with Keras' operations."""

    def evaluate(self, outputs: NDArray[np.floating], targets: Arrays) -> Evaluation:
        """What the network gave for these images, judged on the host in float64."""

    def scores(self, arrays: Arrays, labels: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """By name, a score in [0, 1] for each test image, from what predictions.npz holds."""


def figures(task: Task, evaluation: Evaluation, part: str) -> dict[str, float]:
    """The task's metrics on the images of a part (val, test), by name."""
    metrics: Sequence[Metric] = [metric for metric in task.metrics if metric.part == part and metric.compute]
    return {metric.name: float(metric.compute(evaluation)) for metric in metrics if metric.compute}
