"""What a task declares: what it measures, what is kept of a run's predictions, and the score of each test image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suite.core.metrics import Metric

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Task:
    """One task, as far as records and reports go.

    metrics: in the order of their columns. kept: the arrays of predictions.npz that a report keeps, with their types.
    scores: from those arrays, the labels (N,) and the number of classes to the arrays (N,) of scores in [0, 1] that
    metrics name; a score that says nothing for so few classes is left out.
    """

    name: str
    metrics: tuple[Metric, ...]
    kept: Mapping[str, type[np.generic]]
    scores: Callable[[Arrays, NDArray[np.generic], int], dict[str, NDArray[np.generic]]]
