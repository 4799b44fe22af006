"""The table as one data frame: a row for each candidate and track, numbers as numbers, errors as fractions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from suite.analysis import literature
from suite.analysis.collect import trials_counted
from suite.analysis.ranking import comparable, conditions, off_axes
from suite.analysis.reading import FAILED, Records
from suite.analysis.statistics import Interval, accuracy_interval
from suite.core.hardware import kind

SIGNIFICANT = 8
"""Digits kept of computed numbers: more would differ between processors, and say nothing."""


def table(records: Records) -> pd.DataFrame:
    """All rows of a study, track by track; ranked rows by error, then rows without a number, then rows set apart.

    Columns are named as runs.csv names things; `rank` is missing for rows that are not ranked, and `apart` says why.
    """
    return joint([records], records.study["axes"])


def joint(studies: Sequence[Records], axes: Iterable[str]) -> pd.DataFrame:
    """The rows of several studies in one order: across them, too, only what is comparable is ranked together."""
    rows: list[dict[str, Any]] = []
    axes = list(axes)
    for track in dict.fromkeys(track for records in studies for track in records.study["tracks"]):
        places = [
            (records, name)
            for records in studies
            if track in records.study["tracks"]
            for name in records.study["candidates"]
        ]
        measured = [off_axes(conditions(records, name, track), axes) for records, name in places]
        rows += _ranked([_row(records, name, track) for records, name in places], measured)
    return frame(rows)


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a data frame with fixed types, so that a study without results has the same columns."""
    columns = dict.fromkeys(WHOLE, "Int64") | dict.fromkeys(REAL, "float64")
    data = pd.DataFrame(rows, columns=COLUMNS)
    for name in COLUMNS:
        data[name] = data[name].astype(columns.get(name, "object"))  # type: ignore[call-overload]
    return data.reset_index(drop=True)


COLUMNS = [
    "study", "dataset", "budget", "state", "stamp", "track", "rank", "candidate", "architecture", "options", "year",
    "depth", "params", "trainable_params", "params_published", "macs",
    "test_error", "test_error_low", "test_error_high", "seeds", "test_images", "images_only",
    "top5_error", "top5_error_low", "top5_error_high", "device", "device_seconds", "tuning_seconds",
    "published_error", "published_condition", "published_source", "published_others",
    "published_top5_error", "published_top5_condition", "published_top5_source", "key_innovation",
    "seeds_planned", "trials_planned", "trials", "failed", "pruned", "unfinished", "apart",
]  # fmt: skip
WHOLE = [
    "rank", "year", "params", "trainable_params", "seeds", "test_images", "seeds_planned", "trials_planned", "trials",
    "failed", "pruned", "unfinished",
]  # fmt: skip
REAL = [
    "macs", "test_error", "test_error_low", "test_error_high", "top5_error", "top5_error_low", "top5_error_high",
    "device_seconds", "tuning_seconds", "published_error", "published_top5_error",
]  # fmt: skip


def _row(records: Records, candidate: str, track: str) -> dict[str, Any]:
    study, described = records.study, records.study["candidates"][candidate]
    facts = records.facts.get(described["architecture"], {})
    search, final = records.of(candidate, track, "search"), records.of(candidate, track, "final")
    both = pd.concat([search, final])
    done = final[final.outcome == "completed"]
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
        "device_seconds": _rounded(done.device_seconds.mean()),
        "tuning_seconds": _rounded(search.device_seconds.sum()) if len(search) else None,
        "key_innovation": facts.get("key_innovation"),
        "seeds_planned": study["seeds"],
        "trials_planned": trials_counted(study) if track == "tuned" else 0,
        "trials": int(search.outcome.isin(["completed", "pruned", *FAILED]).sum()),
        "failed": int(both.outcome.isin(FAILED).sum()),
        "pruned": int((both.outcome == "pruned").sum()),
        "unfinished": int((both.outcome == "").sum()),
    }
    return row | _errors(records, candidate, track) | _published(facts, study["data"], described)


def _errors(records: Records, candidate: str, track: str) -> dict[str, Any]:
    """The measured errors: one minus the accuracies' intervals, so low and high change places."""
    hits, top5 = records.hits(candidate, track), records.top5_hits(candidate, track)
    if hits is None:
        return {"seeds": 0}
    interval = accuracy_interval(hits)
    row: dict[str, Any] = {
        "seeds": interval.seeds[0],
        "test_images": interval.images,
        "images_only": interval.images_only,
    }
    row |= _error("test_error", interval)
    return row | _error("top5_error", accuracy_interval(top5)) if top5 is not None else row


def _error(name: str, interval: Interval) -> dict[str, float | None]:
    low, high = 1 - interval.high, 1 - interval.low
    return {name: _rounded(1 - interval.mean), f"{name}_low": _rounded(low), f"{name}_high": _rounded(high)}


def _published(facts: Mapping[str, Any], data: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    """What papers report, with a caution where the candidate is not built as the papers' network was."""
    caution = f"{described['architecture']} as published" if described.get("options") else ""
    count = literature.parameters(facts)
    of_whom = "; ".join(part for part in (caution, _counted_at(facts, data)) if part)
    row: dict[str, Any] = {"params_published": f"{count} ({of_whom})" if count and of_whom else count}
    here = literature.errors(facts, data["name"], "top1")
    for name, found in (
        ("published", here),
        ("published_top5", literature.errors(facts, literature.IMAGENET, "top5")),
    ):
        if found:
            row[f"{name}_error"] = found[0].error
            row[f"{name}_condition"] = ", ".join(part for part in (caution, found[0].condition) if part)
            row[f"{name}_source"] = found[0].source
    row["published_others"] = ", ".join(f"{100 * other.error:.3g}% ({other.condition})" for other in here[1:])
    return row


def _counted_at(facts: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """The images and classes that a published parameter count is for, where this study has others."""
    shape, classes = facts.get("input_shape"), facts.get("num_classes")
    if not shape or (list(shape) == list(data["input_shape"]) and classes == len(data["class_names"])):
        return ""
    return f"at {'×'.join(map(str, shape))}, {classes:,} classes"


def _ranked(rows: list[dict[str, Any]], measured: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Rows in the order of the table, with `rank` and `apart`; equal errors share a rank."""
    for row, differences in zip(rows, comparable(measured), strict=True):
        row["apart"] = ", ".join(differences)
    ranked = sorted(
        (row for row in rows if not row["apart"] and "test_error" in row), key=lambda row: row["test_error"]
    )
    for row in ranked:
        row["rank"] = 1 + sum(other["test_error"] < row["test_error"] for other in ranked)
    waiting = [row for row in rows if not row["apart"] and "test_error" not in row]
    apart = sorted((row for row in rows if row["apart"]), key=lambda row: row.get("test_error", math.inf))
    return ranked + waiting + apart


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
