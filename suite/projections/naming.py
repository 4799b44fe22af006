"""What a run's figures and values are called in a tracking store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.core.evaluation import FIGURE
from suite.core.hardware import kind
from suite.core.identity import digest
from suite.core.latency import NAMES as TIMED
from suite.core.metrics import CLOCKS, COSTS, PARTS, SIZES
from suite.core.published import provenance
from suite.core.result import Result

NO_FIGURES = ("epoch", "timestamp_ms")
"""Numbers of an epoch's row that are no figures of it."""
OF_RUN = (*(metric.name for metric in (*COSTS, *CLOCKS, *SIZES)), "train_examples")
"""Figures of a run beside those that its task measures."""
OF_EPOCHS = ("device_seconds", "images_per_second")
"""Those among them that an epoch has, too."""
VALUES = (
    "options", "recipe", "parameters", "data_hash", "batch_size", "epochs", "fingerprint", "commit", "device",
    "threads",
)  # fmt: skip
TRAINED = tuple(f"{part}_" for part in PARTS if part != "test")
"""How the task's figures begin that are measured while a run trains, in each epoch."""

SIZES_AND_COSTS = ("device_seconds", "trainable_params", "macs")
"""Those of a run that a candidate has a mean of, beside what was measured on images."""
COUNT, MEAN = "final_runs", "mean_"


def sorting(key: str) -> str:
    """A run's name: its key, with the number so that names sort as numbers do."""
    place, _, number = key.rpartition("/")
    return f"{place}/{int(number):03d}"


def part_of(figure: str, track: str) -> str | None:
    """The part of the data set that a candidate's figure was measured on; empty for none, None for another track's."""
    rest = figure.removeprefix(f"{track}_")
    if rest == figure:
        return None
    rest = rest.removeprefix(MEAN)
    if rest == COUNT or rest in (*SIZES_AND_COSTS, *TIMED):
        return ""
    return next((part for part in PARTS if rest.startswith(f"{part}_")), "test")


def of_epoch(row: Mapping[str, Any]) -> dict[str, float]:
    """The figures of one epoch."""
    return {
        name: float(value) for name, value in row.items() if name not in NO_FIGURES and isinstance(value, int | float)
    }


def of_run(result: Result) -> dict[str, float]:
    """The figures of a run that is over. One that its epochs have too is a `final_` one; `gpu_seconds` is a GPU's."""
    again = {name for name in result.metrics if name.startswith(TRAINED)} | set(OF_EPOCHS)
    figures = {**result.metrics, **{name: getattr(result, name) for name in OF_RUN}}
    if kind(result.device or "") == "GPU":
        figures["gpu_seconds"] = result.device_seconds
    return {
        f"final_{name}" if name in again else name: float(value) for name, value in figures.items() if value is not None
    }


def of_values(result: Result) -> dict[str, str]:
    """What determined a run, and what it ran on, as texts."""
    flat = flatten({name: getattr(result, name) for name in VALUES})
    return {name: storable(str(value)) for name, value in flat.items() if value is not None}


def of_end(result: Result, directory: Path) -> dict[str, str]:
    """How a run ended, and which published records it was taken from, where it was not trained here."""
    found = {"outcome": str(result.outcome), "reason": result.reason, "published": provenance(directory)}
    return {name: storable(text)[:5000] for name, text in found.items() if text}


def storable(text: str) -> str:
    """A text as every store takes it: PostgreSQL knows no zero byte, and half a letter has no encoding."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def evaluated(result: Result) -> str:
    """What tells the figures that were measured of a run after its result from others; empty where there are none."""
    found = {name: value for name, value in result.metrics.items() if name.startswith(FIGURE) or name in TIMED}
    return digest(found)[:12] if found else ""


def flatten(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings with dotted names."""
    flat: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, Mapping):
            flat |= flatten(item, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = item
    return flat
