"""How quickly a final run's network answers, measured after its result: one image at a time, and many at once.

    latency.json   of which result; the figures, and under what they were measured

The figures stand among a result's metrics once it is read (`suite.core.result.read_result`), so that projections show
them; no table of runs has a column for them. The file may be deleted: the next command measures again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.core.directories import LATENCY
from suite.core.durable import write_json
from suite.core.evaluation import read_after
from suite.core.metrics import Metric

SECONDS, LOW, HIGH = "latency_seconds", "latency_p10_seconds", "latency_p90_seconds"
THROUGHPUT = "inference_images_per_second"
BATCH = 256
"""Images that are classified at once where images a second are counted."""
METRICS = (
    Metric(SECONDS, "seconds", "lower", "Latency"),
    Metric(LOW, "seconds", "lower", "Latency, 10th percentile"),
    Metric(HIGH, "seconds", "lower", "Latency, 90th percentile"),
    Metric(THROUGHPUT, "images/s", "higher", "Images/s, classified"),
)
"""The median over single images with its percentiles; the median over rounds of batches, None where memory did not
suffice for one."""
NAMES = tuple(metric.name for metric in METRICS)

BUSY_CORES = 0.25
"""Of the cores that a measurement may use, what others used meanwhile from which on it is called disturbed."""


@dataclass(frozen=True)
class Length:
    """How much is measured: at least so many calls with one image, and for so many seconds; then `rounds` of batches,
    of at least `round_seconds` each. Before either, `warm_up` calls that do not count."""

    calls: int = 50
    seconds: float = 2.0
    rounds: int = 5
    round_seconds: float = 0.5
    warm_up: int = 3

    def expected(self, images_per_second: float) -> float:
        """Seconds that it takes, about, for a network that judges so many images a second."""
        batches = (self.rounds + self.warm_up) * BATCH / images_per_second
        return self.seconds + max(self.rounds * self.round_seconds, batches)


LENGTH = Length()


def disturbed(conditions: Mapping[str, Any]) -> bool:
    """Whether others worked while this was measured: workers of the same study, or anything else on its cores."""
    return bool(conditions["busy_workers"]) or (conditions["busy_cores"] or 0.0) >= BUSY_CORES


def write_latency(
    directory: Path, ended_at: float, figures: Mapping[str, float | None], conditions: Mapping[str, Any]
) -> None:
    """Write down what was measured; `ended_at` is the result's, whose network it was.

    conditions: device, threads (None on an accelerator), deterministic, precision, batch, calls and rounds that were
    measured, busy_workers (others of the study that had a run meanwhile) and busy_cores (what other processes used of
    the cores that this one may use, as a number of cores; None where nobody can tell).
    """
    values = {"ended_at": ended_at, "figures": {name: figures[name] for name in NAMES}, "conditions": dict(conditions)}
    write_json(directory / LATENCY, values)


def read_latency(directory: Path, ended_at: float | None) -> dict[str, Any] | None:
    """What was measured of the result that ended then; None where nothing was, or of another training."""
    return read_after(directory / LATENCY, ended_at)
