"""Errors on corrupted test images, from the records to the table, the page and its figure.

The mean corruption error is the plain mean over kinds and strengths. mCE is the paper's (Hendrycks and Dietterich 2019,
arXiv:1903.12261, section 4): each kind's errors, summed over the strengths, are divided by those of a baseline, which
here is a candidate of the study, the mean over its seeds; the mean over the kinds of these ratios.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis import figures
from suite.analysis.by_run import mean_interval
from suite.analysis.corruption_records import ERRORS, SCORES
from suite.analysis.picture import Picture
from suite.analysis.reading import Records
from suite.analysis.statistics import Interval, accuracy_interval
from suite.analysis.units import MISSING, percent
from suite.core.evaluation import FIGURE
from suite.core.metrics import Metric, by_name

MCE = "mce"


def metrics(study: Mapping[str, Any]) -> list[Metric]:
    """What a study's table shows of corrupted images; nothing where it does not ask for them."""
    asked = study.get("corruptions")
    if not asked:
        return []
    found = [Metric(FIGURE, "fraction", "lower", "Mean corruption error")]
    if asked["baseline"]:
        found.append(Metric(MCE, "fraction", "lower", f"mCE against {asked['baseline']}"))
    return found


def errors(records: Records, candidate: str, track: str) -> NDArray[np.float64] | None:
    """(S, kinds, strengths): each evaluated final run's error on each copy; None where there is no such run."""
    names = [f"{run}/{ERRORS}" for run in records.finals(candidate, track)]
    found = [records.arrays[name].astype(np.float64) for name in names if name in records.arrays]
    return np.stack(found) if found and records.study.get("corruptions") else None


def intervals(records: Records, candidate: str, track: str) -> dict[str, tuple[float, float | None, float | None]]:
    """By metric its mean, low and high: over seeds and images for the mean error, over seeds alone for mCE."""
    table = errors(records, candidate, track)
    if table is None:
        return {}
    scores = np.stack(
        [
            records.arrays[f"{run}/{SCORES}"]
            for run in records.finals(candidate, track)
            if f"{run}/{SCORES}" in records.arrays
        ]
    )
    found = accuracy_interval(scores)
    rows: dict[str, tuple[float, float | None, float | None]] = {
        FIGURE: (1 - found.mean, 1 - found.high, 1 - found.low)
    }
    baseline = records.study["corruptions"]["baseline"]
    base = errors(records, baseline, track) if baseline else None
    if base is not None:
        rows[MCE] = _bounded(relative(table, base))
    return rows


def relative(table: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """mCE of each run, (S,), from (S, kinds, strengths) and the baseline's; NaN where the baseline has no error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = table.sum(axis=2) / base.sum(axis=2).mean(axis=0)
    return np.where(np.isfinite(ratios), ratios, np.nan).mean(axis=1)


def _bounded(values: NDArray[np.float64]) -> tuple[float, float | None, float | None]:
    interval: Interval | None = mean_interval(values) if np.isfinite(values).all() else None
    return float(values.mean()), interval.low if interval else None, interval.high if interval else None


def by_kind(records: Records, track: str) -> pd.DataFrame:
    """As strings, a row for each kind and a column for each candidate: the error in percent, the mean over strengths
    and seeds, with its interval over the seeds; empty where nothing was measured."""
    asked = records.study.get("corruptions")
    tables = {name: errors(records, name, track) for name in records.study["candidates"]} if asked else {}
    known = {name: table for name, table in tables.items() if table is not None}
    if not asked or not known:
        return pd.DataFrame()
    rows = [
        {"Corruption": kind.replace("_", " ")}
        | {name: _cell(table[:, row].mean(axis=1)) for name, table in known.items()}
        for row, kind in enumerate(asked["kinds"])
    ]
    return pd.DataFrame(rows)


def _cell(values: NDArray[np.float64]) -> str:
    mean, low, high = _bounded(values)
    between = MISSING if low is None or high is None else f"{percent(low)} to {percent(high)}"
    return f"{percent(mean)}% ({between if between != MISSING else 'spread unknown'})"


def pictures(records: Records, track: str) -> Iterator[Picture]:
    """Error over strength."""
    asked = records.study.get("corruptions")
    curves = [curve for name in records.study["candidates"] if asked and (curve := _curve(records, name, track))]
    if curves:
        yield Picture(
            f"corruptions-{track}",
            f"Error on corrupted test images over the strength of the corruption, {track} track.",
            f"Means over {len(asked['kinds']) if asked else 0} kinds; at 0 the test images as they are. Lines are "
            "means over seeds, bands reach from the lowest to the highest seed.",
            figures.draw_curves(curves, "error [%]", over="strength"),
        )


def _curve(records: Records, candidate: str, track: str) -> figures.Curve | None:
    table = errors(records, candidate, track)
    if table is None:
        return None
    strengths = [0, *records.study["corruptions"]["strengths"]]
    clean = records.scores(candidate, track, by_name(records.task.metrics)[records.task.judged[0]])
    measured = 100 * table.mean(axis=1)
    if clean is None or len(clean) != len(table):  # some runs are not evaluated yet
        strengths, lines = strengths[1:], measured
    else:
        lines = np.column_stack([100 * (1 - clean.mean(axis=1)), measured])
    series = list(records.study["candidates"]).index(candidate)
    ends = lines.mean(axis=0), lines.min(axis=0), lines.max(axis=0)
    return figures.Curve(candidate, series, np.array(strengths, float), *ends)


def sentence(study: Mapping[str, Any]) -> str:
    """How it was measured; nothing where it was not."""
    asked = study.get("corruptions")
    if not asked:
        return ""
    side = min(study["data"]["input_shape"][:2])
    base = f" mCE divides each kind's errors by those of {asked['baseline']}." if asked["baseline"] else ""
    ice = (
        " The paper's photographs of frost are replaced by computed ice, so that its errors compare with no published "
        "ones." if "frost" in asked["kinds"] else ""
    )  # fmt: skip
    strengths = ", ".join(map(str, asked["strengths"]))
    return (
        f"{len(asked['kinds'])} kinds of Hendrycks and Dietterich (2019) at strengths {strengths}, generated here with "
        f"the published numbers for images of this size ({side} pixels), the same copies for every run. After all "
        "training, the last weights of each final run are evaluated on them. The mean corruption error is the plain "
        "mean over kinds and strengths, its interval over seeds and test images as that of the test error; by kind, "
        f"over the seeds alone.{base}{ice}"
    )
