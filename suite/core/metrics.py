"""What a figure is: its name in records, MLflow and claims, its unit, which direction is better, and its heading.

A task declares what it measures (`suite.tasks`); what every run has, whatever its task, is declared here. Columns of
runs.csv, keys of MLflow, the headings of reports and what a claim may speak of derive from these declarations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Unit = Literal["fraction", "ratio", "nats", "seconds", "bytes", "joules", "count", "images/s"]
Better = Literal["higher", "lower"]
PARTS = ("train", "val", "test")
LENT, OWN = "lent", "own"
"""Whose seeds' spread an interval rests on: all comparable candidates', or the candidate's own."""


@dataclass(frozen=True)
class Metric:
    """One figure of a run.

    measure: what is measured, whatever the images (`accuracy`); part: of which images (train, val, test), or None for
    what is no measure of images. score: the name of the array of one score in [0, 1] for each test image whose mean the
    figure is, else None. compute: from a task's predictions to the figure; None where the training itself counts it.
    """

    name: str
    unit: Unit
    better: Better | None
    heading: str
    measure: str = ""
    part: str | None = None
    score: str | None = None
    compute: Callable[[Any], float] | None = field(default=None, compare=False)

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which its values lie: fractions of images, and what is never below zero."""
        known = {"fraction": (0.0, 1.0), "ratio": (0.0, math.inf), "nats": (0.0, math.inf)}
        return known.get(self.unit, (-math.inf, math.inf))

    @property
    def in_percent(self) -> bool:
        """Whether people read its values in percent."""
        return self.unit in ("fraction", "ratio")


def measured(
    measure: str,
    unit: Unit,
    better: Better,
    heading: str,
    compute: Callable[[Any], float],
    parts: Sequence[str] = ("val", "test"),
    score: str | None = None,
    bare: bool = False,
) -> tuple[Metric, ...]:
    """A measure on each of these parts: `val_accuracy`, `test_accuracy`. `bare`: the part does not begin the name."""
    return tuple(
        Metric(
            measure if bare else f"{part}_{measure}",
            unit,
            better,
            heading,
            measure,
            part,
            score if part == "test" else None,
            compute,
        )
        for part in parts
    )


SIZES = (
    Metric("params", "count", "lower", "All parameters"),
    Metric("trainable_params", "count", "lower", "Parameters"),
    Metric("macs", "count", "lower", "Multiply-adds"),
)
COSTS = (
    Metric("device_seconds", "seconds", "lower", "Device time"),
    Metric("compile_seconds", "seconds", "lower", "Compilation"),
    Metric("eval_seconds", "seconds", "lower", "Evaluation"),
    Metric("wait_seconds", "seconds", "lower", "Waiting"),
    Metric("replayed_seconds", "seconds", "lower", "Replayed"),
    Metric("images_per_second", "images/s", "higher", "Images/s"),
    Metric("peak_memory_bytes", "bytes", "lower", "Peak memory"),
    Metric("energy_joules", "joules", "lower", "Energy"),
)
CLOCKS = (
    Metric("setup_seconds", "seconds", "lower", "Building models"),
    Metric("checkpoint_seconds", "seconds", "lower", "Checkpoints"),
    Metric("data_seconds", "seconds", "lower", "Data"),
)
"""Clocks that came after the others: they stand at the end of a row."""


def by_name(metrics: Iterable[Metric]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


def of_part(metrics: Iterable[Metric], part: str) -> list[Metric]:
    return [metric for metric in metrics if metric.part == part]
