"""The table as one data frame: a row for each candidate and track, numbers as numbers, errors as fractions.

Its columns are named as in table.csv; as people read them, they are made by `suite.analysis.table.presentation`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from suite.analysis.comparing import starts
from suite.analysis.comparing.by_run import mean_interval
from suite.analysis.comparing.ranking import axes_of, comparable, conditions, off_axes
from suite.analysis.comparing.spreads import Lending
from suite.analysis.figures import corruption
from suite.analysis.folder import clocks
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed, unranked
from suite.analysis.folder.values import values
from suite.analysis.statistics.intervals import Interval, accuracy_interval
from suite.analysis.table import latency, literature, reference
from suite.core.hardware import kind
from suite.core.metrics import Metric, by_name, of_part
from suite.core.outcomes import FAILED, Outcome
from suite.core.planning import finals_planned, trials_counted, unsearched

SIGNIFICANT = 8
"""Digits kept of computed numbers: more would differ between processors, and say nothing."""


def table(records: Records) -> pd.DataFrame:
    """All rows of a study, track by track; ranked rows by error, then rows set apart, then rows that lack seeds.

    Columns are named as runs.csv names things; `rank` is missing for rows that are not ranked: `apart` and `lacking`
    say why.
    """
    return joint([records], axes_of(records.study))


def joint(studies: Sequence[Records], axes: Iterable[str]) -> pd.DataFrame:
    """The rows of several studies in one order: across them, too, only what is comparable is ranked together."""
    rows: list[dict[str, Any]] = []
    axes, lending = list(axes), [Lending(records) for records in studies]
    every = pd.concat([records.runs for records in studies])
    for track in dict.fromkeys(track for records in studies for track in records.study["tracks"]):
        places = [
            (own, name)
            for own in lending
            if track in own.records.study["tracks"]
            for name in own.records.study["candidates"]
        ]
        measured = [off_axes(conditions(own.records, name, track), axes) for own, name in places]
        rows += _ranked([_row(own, name, track, every) for own, name in places], measured)
    metrics = {metric.name: metric for records in studies for metric in further(records)}
    return frame(rows, list(metrics))


def frame(rows: list[dict[str, Any]], further: Sequence[str] = ()) -> pd.DataFrame:
    """Rows as a data frame with fixed types, so that a study without results has the same columns.

    `further`: the names of the metrics that have columns of their own at the end, each with its interval.
    """
    measured = [f"{name}{end}" for name in further for end in ("", "_low", "_high")]
    texts = dict.fromkeys((START, reference.CLASS, *latency.TEXTS), "object")
    named = (START, *reference.COLUMNS, *latency.COLUMNS)
    optional = [name for name in named if any(row.get(name) for row in rows)]
    measured = [*optional, *measured]
    columns = dict.fromkeys(WHOLE, "Int64") | dict.fromkeys([*REAL, *measured], "float64") | texts
    data = pd.DataFrame(rows, columns=[*COLUMNS, *measured])
    for name in data.columns:
        data[name] = data[name].astype(columns.get(str(name), "object"))  # type: ignore[call-overload]
    return data.reset_index(drop=True)


def further(records: Records) -> list[Metric]:
    """What is measured of the test images beside what the task is judged by, whose errors have their columns; at last
    what is measured of corrupted ones, where the study asks for that."""
    task = records.task
    own = [metric for metric in of_part(task.metrics, "test") if metric.name not in task.judged]
    return [*own, *corruption.shown(records.study)]


START = "starts_from"
"""The column of what rows start from, in a table where one starts from weights."""
ERRORS = ("test_error", "top5_error")
"""What one minus each of the metrics that a task is judged by is called."""

COLUMNS = [
    "study", "dataset", "budget", "state", "stamp", "track", "rank", "candidate", "architecture", "options", "year",
    "depth", "params", "trainable_params", "params_published", "macs",
    "test_error", "test_error_low", "test_error_high", "seeds", "test_images", "images_only",
    "top5_error", "top5_error_low", "top5_error_high", "device", "device_seconds", "tuning_seconds",
    "published_error", "published_condition", "published_source", "published_others",
    "published_top5_error", "published_top5_condition", "published_top5_source", "key_innovation",
    "seeds_planned", "trials_planned", "trials", "failed", "pruned", "unfinished", "apart",
    "lacking", "timing", "untimed",
]  # fmt: skip
WHOLE = [
    "rank", "year", "params", "trainable_params", "seeds", "test_images", "seeds_planned", "trials_planned", "trials",
    "failed", "pruned", "unfinished",
]  # fmt: skip
REAL = [
    "macs", "test_error", "test_error_low", "test_error_high", "top5_error", "top5_error_low", "top5_error_high",
    "device_seconds", "tuning_seconds", "published_error", "published_top5_error",
]  # fmt: skip


def _row(lending: Lending, candidate: str, track: str, every: pd.DataFrame) -> dict[str, Any]:
    """A row; `every`: the runs of all rows, whose times a reader sees beside its own."""
    records = lending.records
    study, described = records.study, records.study["candidates"][candidate]
    facts = records.facts_of(candidate)
    search, final = records.of(candidate, track, "search"), records.of(candidate, track, "final")
    both = pd.concat([search, final])
    done = completed(records, candidate, track)
    workers = clocks.workers(records.sessions)
    row: dict[str, Any] = {
        **{name: study.get(name) for name in ("study", "dataset", "budget", "state", "stamp")},
        "track": track,
        "candidate": candidate,
        "architecture": described["architecture"],
        "options": json.dumps(described.get("options") or {}, sort_keys=True),
        "year": facts.get("year"),
        "depth": _text(facts.get("depth")),
        "params": _first(both.params),
        "trainable_params": _first(both.trainable_params),
        "macs": _first(both.macs),
        "device": device_kind(both.device if (both.device != "").any() else records.runs.device),
        "device_seconds": _rounded(done.device_seconds.mean()) if clocks.alike(done, workers) else None,
        "tuning_seconds": (
            _rounded(search.device_seconds.sum()) if len(search) and clocks.alike(search, workers) else None
        ),
        "key_innovation": facts.get("key_innovation"),
        "seeds_planned": finals_planned(study, candidate, track),
        "trials_planned": trials_counted(study) if track == "tuned" and candidate not in unsearched(study) else 0,
        "trials": int(search.outcome.isin(list(Outcome)).sum()),
        "failed": int(both.outcome.isin(FAILED).sum()),
        "pruned": int((both.outcome == Outcome.PRUNED).sum()),
        "unfinished": int((both.outcome == "").sum()),
        "lacking": unranked(records, candidate, track),
        START: starts.note(described),
        "timing": "; ".join(clocks.settings(done, every)),
        "untimed": clocks.reason(done, workers) or clocks.reason(search, workers),
    }
    row |= _errors(lending, candidate, track) | _further(lending, candidate, track)
    row |= reference.columns(records, candidate, track) | latency.columns(records, candidate, track)
    return row | literature.columns(facts, study["data"], described, records.task.published)


def _errors(lending: Lending, candidate: str, track: str) -> dict[str, Any]:
    """The measured errors: one minus the scores' intervals, so low and high change places."""
    records = lending.records
    metrics = by_name(records.task.metrics)
    row: dict[str, Any] = {"seeds": 0}
    for name, metric in zip(ERRORS, records.task.judged, strict=True):
        scores = records.scores(candidate, track, metrics[metric])
        if scores is None:
            continue
        interval = accuracy_interval(scores, spread=lending.of(candidate, track, metrics[metric]))
        row |= {"seeds": interval.seeds[0], "test_images": interval.images}
        row.setdefault("images_only", interval.images_only)  # of the error that rows are ranked by
        row |= _error(name, interval)
    return row


def _further(lending: Lending, candidate: str, track: str) -> dict[str, float | None]:
    """The other figures of the test images: means over the seeds, with intervals over the seeds, and over the images
    too where each has a score."""
    records = lending.records
    row: dict[str, float | None] = {}
    for name, (mean, low, high) in corruption.intervals(lending, candidate, track).items():
        ends = ((name, mean), (f"{name}_low", low), (f"{name}_high", high))
        row |= {column: None if value is None else _rounded(value) for column, value in ends}
    for metric in further(records):
        if metric.part is None:
            continue  # of corrupted images
        scores = records.scores(candidate, track, metric) if metric.score else None
        if scores is not None:
            both = accuracy_interval(scores, spread=lending.of(candidate, track, metric))
            row |= {metric.name: _rounded(both.mean), f"{metric.name}_low": _rounded(both.low)}
            row |= {f"{metric.name}_high": _rounded(both.high)}
            continue
        found = values(records, candidate, track, metric)
        if not len(found):
            continue
        row[metric.name] = _rounded(float(found.mean()))
        interval = mean_interval(found, spread=lending.of(candidate, track, metric), bounds=metric.bounds)
        if interval:
            row |= {f"{metric.name}_low": _rounded(interval.low), f"{metric.name}_high": _rounded(interval.high)}
    return row


def _error(name: str, interval: Interval) -> dict[str, float | None]:
    low, high = 1 - interval.high, 1 - interval.low
    return {name: _rounded(1 - interval.mean), f"{name}_low": _rounded(low), f"{name}_high": _rounded(high)}


def _ranked(rows: list[dict[str, Any]], measured: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Rows in the order of the table, with `rank` and `apart`; equal errors share a rank.

    Rows that lack seeds are not ranked: of a candidate whose bad seeds failed, the good ones say too much.
    """
    for row, differences in zip(rows, comparable(measured), strict=True):
        row["apart"] = ", ".join(differences)
    whole = sorted((row for row in rows if not row["lacking"]), key=lambda row: row.get("test_error", math.inf))
    ranked = [row for row in whole if not row["apart"]]
    for row in ranked:
        row["rank"] = 1 + sum(other["test_error"] < row["test_error"] for other in ranked)
    return ranked + [row for row in whole if row["apart"]] + [row for row in rows if row["lacking"]]


def device_kind(devices: Iterable[str]) -> str:
    """`CPU`, `GPU` or `TPU`: what the runs' time was spent on; of several kinds, all their names."""
    kinds = {kind(device) for device in devices if device}
    return " and ".join(sorted(kinds)) or "CPU"


def _first(values: pd.Series) -> float | None:
    known = values.dropna()
    return float(known.iloc[0]) if len(known) else None


def _rounded(value: float) -> float | None:
    return float(f"{value:.{SIGNIFICANT}g}") if math.isfinite(value) else None


def _text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("value")
    return "" if value is None else str(value)
