"""The result of a run: what result.json holds, and a row of runs.csv. Written once, when the run is over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from suite.core.directories import RESULT
from suite.core.durable import read_json, write_json
from suite.core.evaluation import read_evaluation
from suite.core.hardware import kind
from suite.core.latency import read_latency
from suite.core.metrics import Metric
from suite.core.outcomes import Outcome


@dataclass(frozen=True, kw_only=True)
class Result:
    """All that is known of a run that is over. Times in seconds since 1970 or seconds spent, sizes in bytes.

    recipe: as the study asks for it; parameters: what the search chose, which replaces the recipe's values.
    epochs: those that were trained, 2.5 where the third was half of one. metrics: what the task measured, by the
    metric's name. None: not known.
    """

    study: str
    instance: str
    candidate: str
    architecture: str
    track: str
    phase: str
    number: int
    seed: int
    attempts: int
    outcome: Outcome
    reason: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    dataset: str
    data_hash: str
    train_examples: int | None = None
    epochs: float = 0
    batch_size: int | None = None
    backend: str
    precision: str
    device: str | None = None
    params: int | None = None
    trainable_params: int | None = None
    macs: float | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    device_seconds: float | None = None
    compile_seconds: float | None = None
    eval_seconds: float | None = None
    wait_seconds: float | None = None
    replayed_seconds: float | None = None
    images_per_second: float | None = None
    peak_memory_bytes: int | None = None
    energy_joules: float | None = None
    started_at: float | None = None
    ended_at: float
    commit: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str | None = None
    setup_seconds: float | None = None
    checkpoint_seconds: float | None = None
    data_seconds: float | None = None
    task: str = "classification"
    threads: int | None = None
    """Of the processor that computed; None where nobody wrote it down, and on accelerators."""
    deterministic: bool | None = True
    """Whether equal inputs gave equal bits, as every run did before there was a choice; None where nobody knows."""

    @property
    def rounds(self) -> int:
        """Epochs that were begun: the figures of the end stand at the last of them."""
        return math.ceil(self.epochs)

    def as_mapping(self) -> dict[str, Any]:
        """Flat, as files hold it: the metrics stand among the other fields."""
        values: dict[str, Any] = {}
        for name in (item.name for item in fields(self)):
            values |= dict(self.metrics) if name == "metrics" else {name: getattr(self, name)}
        return values

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Result:
        """The inverse; what is neither a field nor a number is left out. Raises TypeError where a field is missing."""
        names = {item.name for item in fields(cls)} - {"metrics"}
        own = {name: value for name, value in values.items() if name in names}
        rest = {name: value for name, value in values.items() if name not in names}
        metrics = {name: value for name, value in rest.items() if value is None or isinstance(value, int | float)}
        return cls(**{**own, "outcome": Outcome(values["outcome"]), "metrics": metrics})


def columns(metrics: Iterable[Metric]) -> list[str]:
    """The fields of result.json and columns of runs.csv, in their order, for a task with these metrics."""
    found: list[str] = []
    for item in fields(Result):
        found += [metric.name for metric in metrics] if item.name == "metrics" else [item.name]
    return found


def finished(asked: Mapping[str, Any], measured: Mapping[str, Any], ended_at: float) -> Result:
    """The result of a run that is over, whether its worker says so or the coordinator for a worker that crashed.

    `asked` is what was known before the run (its place, its seed, the recipe as the study asks for it) and outranks
    what the training calls by the same name; `measured` is what came out, with the outcome.
    """
    values = {**measured, **asked, "ended_at": ended_at}
    if kind(str(values.get("device") or "")) != "CPU":
        values["threads"] = None
    return Result.from_mapping(values)


def read_result(directory: Path) -> Result | None:
    """The committed result of a run, or None while it has none; with the figures of what was measured since."""
    try:
        result = Result.from_mapping(read_json(directory / RESULT))
    except FileNotFoundError:
        return None
    if result.phase != "final":  # nothing is measured of it afterwards
        return result
    after = [read(directory, result.ended_at) for read in (read_evaluation, read_latency)]
    figures = {name: value for found in after if found for name, value in found["figures"].items()}
    return replace(result, metrics={**result.metrics, **figures}) if figures else result


def write_result(directory: Path, result: Result) -> None:
    """The commit point: a run with this file is over."""
    write_json(directory / RESULT, result.as_mapping())
