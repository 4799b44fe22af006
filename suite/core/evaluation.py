"""What is measured of a final run after its result: evaluations that read its last weights and train nothing.

    evaluation.json   of which result, and which copies of the test images; the errors on each, and figures of them
    corrupted.npz     for each copy the score of each test image               (written before it, after each kind)

A copy is a kind of corruption at a strength, named as `copy_name` does. The figures stand among a result's metrics once
it is read (`suite.core.result.read_result`), so that projections show them; no table of runs has a column for them, and
no search sees them: only final runs are evaluated. Both files may be deleted: the next command measures again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from suite.core.directories import EVALUATION
from suite.core.durable import read_json, write_json
from suite.core.metrics import Metric

FIGURE = "corruption_error"
"""The mean over the copies of one minus the task's score; with a kind behind it, the mean over that kind's."""
MCE = "mce"
"""Errors relative to a baseline's, where a study names one."""
CORRUPTED = "corrupted"
"""What is measured, as `Metric.measure` has it."""


def metrics(kinds: Iterable[str], baseline: str | None) -> list[Metric]:
    """What is known of a study's candidates on these kinds: the figure of all, mCE where there is a baseline, and the
    figure of each kind."""
    found = [Metric(FIGURE, "fraction", "lower", "Mean corruption error", CORRUPTED, score=FIGURE)]
    if baseline is not None:
        found.append(Metric(MCE, "ratio", "lower", f"mCE against {baseline}", CORRUPTED))
    named = [(kind, kind.replace("_", " ")) for kind in kinds]
    return found + [
        Metric(f"{FIGURE}_{kind}", "fraction", "lower", f"Error under {text}", CORRUPTED) for kind, text in named
    ]


def kind_measured(metric: Metric) -> str | None:
    """The kind that one of `metrics` is the figure of; None for all kinds."""
    return metric.name.removeprefix(f"{FIGURE}_") if metric.name.startswith(f"{FIGURE}_") else None


def copy_name(kind: str, strength: int, version: int = 1) -> str:
    """`fog/3`, and of a kind whose pixels are computed otherwise than at first `fog/3/2`."""
    return f"{kind}/{strength}" + (f"/{version}" if version > 1 else "")


def kind_of(copy: str) -> str:
    return copy.partition("/")[0]


def figures(errors: Mapping[str, float]) -> dict[str, float]:
    """From the error on each copy to the mean over all, and over each kind's strengths."""
    kinds = dict.fromkeys(map(kind_of, errors))
    parts = {kind: [error for copy, error in errors.items() if kind_of(copy) == kind] for kind in kinds}
    found = {FIGURE: _mean(errors.values())}
    return found | {f"{FIGURE}_{kind}": _mean(part) for kind, part in parts.items()}


def write_evaluation(directory: Path, ended_at: float, errors: Mapping[str, float]) -> None:
    """Write down the errors on each copy; `ended_at` is the result's, whose weights were evaluated."""
    write_json(
        directory / EVALUATION, {"ended_at": ended_at, "errors": dict(errors), "figures": figures(errors)}
    )  # fmt: skip


def read_evaluation(directory: Path, ended_at: float | None) -> dict[str, Any] | None:
    """What was measured of the result that ended then; None where nothing was, or of another training."""
    return read_after(directory / EVALUATION, ended_at)


def read_after(path: Path, ended_at: float | None) -> dict[str, Any] | None:
    """The same of any file that says of which result it is, as `ended_at`."""
    try:
        found = dict(read_json(path))
    except FileNotFoundError:
        return None
    return found if found["ended_at"] == ended_at else None


def is_complete(directory: Path, ended_at: float, copies: Iterable[str]) -> bool:
    """Whether these copies, in this order and no others, are what was measured."""
    found = read_evaluation(directory, ended_at)
    return found is not None and list(found["errors"]) == list(copies)


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return math.fsum(values) / len(values)
