"""What is known of a run only as one number, run by run: from runs.csv, or from its errors on corrupted images.

mCE is the paper's (Hendrycks and Dietterich 2019, arXiv:1903.12261, section 4): each kind's errors, summed over the
strengths, are divided by those of a baseline, which here is a candidate of the study, the mean over its seeds; the mean
over the kinds of these ratios.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.analysis.folder.corruption_records import ERRORS
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed
from suite.core.evaluation import CORRUPTED, MCE, kind_measured, metrics
from suite.core.metrics import Metric


def values(records: Records, candidate: str, track: str, metric: Metric) -> NDArray[np.float64]:
    """A figure of each completed final run that has it, (S,)."""
    if metric.measure != CORRUPTED:
        return np.asarray(completed(records, candidate, track)[metric.name].dropna(), dtype=np.float64)
    table = errors(records, candidate, track)
    if table is None:
        return np.empty(0)
    if metric.name != MCE:
        kind = kind_measured(metric)
        own = table if kind is None else table[:, list(records.study["corruptions"]["kinds"]).index(kind)]
        return own.reshape(len(table), -1).mean(axis=1)
    base = errors(records, records.study["corruptions"]["baseline"], track)
    ratios = np.empty(0) if base is None else relative(table, base)
    return ratios if np.isfinite(ratios).all() else np.empty(0)


def errors(records: Records, candidate: str, track: str) -> NDArray[np.float64] | None:
    """(S, kinds, strengths): each evaluated final run's error on each copy; None where there is no such run."""
    names = [f"{run}/{ERRORS}" for run in records.finals(candidate, track)]
    found = [records.arrays[name].astype(np.float64) for name in names if name in records.arrays]
    return np.stack(found) if found and records.study.get("corruptions") else None


def relative(table: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """mCE of each run, (S,), from (S, kinds, strengths) and the baseline's; NaN where the baseline has no error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = table.sum(axis=2) / base.sum(axis=2).mean(axis=0)
    return np.where(np.isfinite(ratios), ratios, np.nan).mean(axis=1)


def on_corrupted(study: Mapping[str, Any]) -> list[Metric]:
    """What a study measures of corrupted images; nothing where it does not ask for them."""
    asked = study.get("corruptions")
    return metrics(asked["kinds"], asked["baseline"]) if asked else []
