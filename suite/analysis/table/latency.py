"""The columns of how quickly a row's network answers, in tables of studies that timed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.analysis.folder import latencies
from suite.analysis.folder.latencies import DISTURBED
from suite.analysis.folder.reading import Records
from suite.analysis.table import headings
from suite.analysis.units import MISSING, digits, milliseconds, missing
from suite.core.hardware import kind
from suite.core.latency import HIGH, LOW, NAMES, SECONDS, THROUGHPUT

DEVICE, TIMING = TEXTS = ("latency_device", "latency_timing")
COLUMNS = (*NAMES, *TEXTS)
"""A table has these columns where a row's network was timed; the last are under what it was."""


def columns(records: Records, candidate: str, track: str) -> dict[str, Any]:
    """What was timed, and under what; nothing where it was not. Figures have 8 digits: more say nothing."""
    found = latencies.of(records, candidate, track)
    if found is None:
        return {}
    figures = {name: None if value is None else float(f"{value:.8g}") for name, value in found.figures.items()}
    return {**figures, DEVICE: found.device, TIMING: found.timing}


def cells(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The two cells of each row, by their headings, which name the kind of device; none where nothing was timed."""
    kinds = {kind(str(row[DEVICE])) for row in rows if _timed(row)}
    if not kinds:
        return [{} for _ in rows]
    one, many = headings.latency(kinds.pop() if len(kinds) == 1 else headings.DEVICE)
    return [{one: _latency(row), many: _speed(row.get(THROUGHPUT))} for row in rows]


def note(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Why a row's latency is not comparable with those of the other rows; empty without a reason."""
    if not _timed(row):
        return ""
    if DISTURBED in row[TIMING]:
        return f"latency measured {DISTURBED}: not comparable"
    others = {other[TIMING] for other in rows if _timed(other)}
    return f"latency with {row[TIMING]}: not comparable" if len(others) > 1 else ""


def _timed(row: Mapping[str, Any]) -> bool:
    return not missing(row.get(SECONDS))


def _latency(row: Mapping[str, Any]) -> str:
    """`1.23 ms (1.2 to 1.31)`."""
    if not _timed(row):
        return MISSING
    return f"{milliseconds(row[SECONDS])} ({digits(1000 * row[LOW])} to {digits(1000 * row[HIGH])})"


def _speed(value: Any) -> str:
    return MISSING if missing(value) else digits(value)
