"""Errors on corrupted test images, from the records to the table, the page and its figure.

The mean corruption error is the plain mean over kinds and strengths; mCE is defined in `suite.analysis.folder.values`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.by_run import mean_interval
from suite.analysis.comparing.spreads import Lending
from suite.analysis.figures import drawing
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.corruption_records import SCORES
from suite.analysis.folder.reading import Records
from suite.analysis.folder.values import errors, on_corrupted, values
from suite.analysis.statistics.intervals import accuracy_interval
from suite.analysis.units import MISSING, percent
from suite.core.evaluation import kind_measured
from suite.core.metrics import Metric, by_name


def shown(study: Mapping[str, Any]) -> list[Metric]:
    """What a study's table shows of corrupted images; nothing where it does not ask for them."""
    return [metric for metric in on_corrupted(study) if kind_measured(metric) is None]


def intervals(lending: Lending, candidate: str, track: str) -> dict[str, tuple[float, float | None, float | None]]:
    """By metric its mean, low and high: over seeds and images for the mean error, over seeds alone for mCE.

    Of those final runs that were evaluated; who has all of them lends and borrows.
    """
    found: dict[str, tuple[float, float | None, float | None]] = {}
    for metric in shown(lending.records.study):
        scores = _evaluated(lending.records, candidate, track) if metric.score else None
        if scores is not None:
            mean = accuracy_interval(scores, spread=lending.of(candidate, track, metric))
            found[metric.name] = mean.mean, mean.low, mean.high
        elif not metric.score and len(own := values(lending.records, candidate, track, metric)):
            found[metric.name] = _over_seeds(lending, candidate, track, metric, own)
    return found


def _evaluated(records: Records, candidate: str, track: str) -> NDArray[np.float64] | None:
    """(S, N): the mean error on each test image over the copies, of the final runs that were evaluated; or None."""
    names = [f"{run}/{SCORES}" for run in records.finals(candidate, track)]
    found = [1.0 - records.arrays[name].astype(np.float64) for name in names if name in records.arrays]
    return np.stack(found) if found else None


def _over_seeds(
    lending: Lending, candidate: str, track: str, metric: Metric, own: NDArray[np.float64]
) -> tuple[float, float | None, float | None]:
    interval = mean_interval(own, spread=lending.of(candidate, track, metric), bounds=metric.bounds)
    return float(own.mean()), interval.low if interval else None, interval.high if interval else None


def by_kind(records: Records, track: str) -> pd.DataFrame:
    """As strings, a row for each kind and a column for each candidate: the error in percent, the mean over strengths
    and seeds, with its interval over the seeds; empty where nothing was measured."""
    lending = Lending(records)
    known = [name for name in records.study["candidates"] if errors(records, name, track) is not None]
    kinds = {kind: metric for metric in on_corrupted(records.study) if (kind := kind_measured(metric))}
    if not known:
        return pd.DataFrame()
    rows = [
        {"Corruption": kind.replace("_", " ")} | {name: _cell(lending, name, track, metric) for name in known}
        for kind, metric in kinds.items()
    ]
    return pd.DataFrame(rows)


def _cell(lending: Lending, candidate: str, track: str, metric: Metric) -> str:
    own = values(lending.records, candidate, track, metric)
    mean, low, high = _over_seeds(lending, candidate, track, metric, own)
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
            drawing.draw_curves(curves, "error [%]", over="strength"),
            alt=drawing.ends(curves),
        )


def _curve(records: Records, candidate: str, track: str) -> drawing.Curve | None:
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
    return drawing.Curve(candidate, series, np.array(strengths, float), *ends)


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
