"""The cells of the table: what a row says of itself in a few words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from suite.analysis.units import MISSING, missing, percent, plain
from suite.core.axes import differing
from suite.core.metrics import Metric


def candidate(row: dict[str, Any]) -> str:
    """The candidate's name, with what it is built from where the name does not say it."""
    options = built_with(row)
    built = " ".join(
        part for part in (row["architecture"] if row["candidate"] != row["architecture"] else "", options) if part
    )
    return f"{row['candidate']} ({built})" if built else str(row["candidate"])


def innovation(row: dict[str, Any]) -> str:
    """What an architecture is known for, and which options it has here: one of them may be what switches it off."""
    options = built_with(row, leave_out="width")
    return f"{plain(row['key_innovation'])} (here with {options})" if options else plain(row["key_innovation"])


def built_with(row: dict[str, Any], leave_out: str | None = None) -> str:
    """A row's options: `skip=False, width=0.5`."""
    return ", ".join(f"{name}={value}" for name, value in json.loads(row["options"]).items() if name != leave_out)


def interval(row: dict[str, Any], name: str) -> str:
    """`8.75% (8.40 to 9.12)`, in percent."""
    if missing(row[name]):
        return MISSING
    return f"{percent(row[name])}% ({percent(row[f'{name}_low'])} to {percent(row[f'{name}_high'])})"


def complement(row: dict[str, Any], name: str) -> str:
    """One minus a fraction, with its interval where there is one: `12.50% (10.00 to 15.00)`."""
    if missing(row.get(name)):
        return MISSING
    low, high = row[f"{name}_high"], row[f"{name}_low"]
    between = "" if missing(low) else f" ({percent(max(0.0, 1 - low))} to {percent(min(1.0, 1 - high))})"
    return f"{percent(1 - row[name])}%{between}"


def count(row: dict[str, Any]) -> str:
    """How many seeds and test images a number rests on."""
    return f"{row['seeds']} × {row['test_images']:,}" if row["seeds"] else MISSING


def note(row: dict[str, Any]) -> str:
    """What weights a row starts from, what keeps it from being ranked, what is missing, what its interval omits."""
    notes = [text for text in (row.get("starts_from"),) if text]
    notes += [f"not ranked: differs in {differing(row['apart'].split(', '))}"] if row["apart"] else []
    if row["lacking"]:
        so_far = "" if row["state"] == "finished" else " so far"
        notes.append(f"{row['seeds']} of {row['seeds_planned']} seeds{so_far}: not ranked ({row['lacking']})")
    elif row["seeds"] < row["seeds_planned"]:
        notes.append(f"{row['seeds']} of {row['seeds_planned']} seeds so far")
    if row["seeds"] and row["images_only"]:
        notes.append("interval from images only")
    notes += [f"{row[name]} {name}" for name in ("failed", "pruned", "unfinished") if row[name]]
    return "; ".join(notes)


def clock_note(row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> str:
    """Why a row has no time, or why its time is not comparable with those of the other rows; empty without a reason."""
    if row["untimed"]:
        return f"no time: {row['untimed']}"
    others = {other["timing"] for other in rows if not missing(other["device_seconds"])}
    return f"time with {row['timing']}: not comparable" if len(others) > 1 and row["timing"] else ""


def measure(row: dict[str, Any], metric: Metric) -> str:
    """A figure with its interval over seeds, where there is one: `0.3121 (0.3004 to 0.3238)`; fractions in percent."""
    names = (metric.name, f"{metric.name}_low", f"{metric.name}_high")
    show = percent if metric.in_percent else "{:.4g}".format
    mean, low, high = (MISSING if missing(row[name]) else show(row[name]) for name in names)
    if mean == MISSING:
        return mean
    between = f"{low} to {high}" if low != MISSING else "spread unknown"
    return f"{mean}{'%' if metric.in_percent else ''} ({between})"


def quoted(row: dict[str, Any], name: str, parts: Sequence[str] = ("condition", "source")) -> str:
    """A published error with its condition and source; `name` is what the row's columns begin with."""
    if missing(row[f"{name}_error"]):
        return MISSING
    details = [str(row[f"{name}_{part}"]) for part in parts if row[f"{name}_{part}"]]
    return f"{100 * row[f'{name}_error']:.3g}% ({'; '.join(details)})"
