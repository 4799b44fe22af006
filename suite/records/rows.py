"""A run as a row of runs.csv: its values as cells of text, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from suite.core.metrics import Metric
from suite.core.result import Result, columns

TRUTH = {"True": True, "False": False}


def cell(value: Any) -> str:
    """One value as the text of a CSV cell; strings that open like a formula get an apostrophe before them."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    if isinstance(value, str):
        # An apostrophe of the value's own gets one more, so that reading can always take one away.
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else value
    return str(value)


def result_of(row: Mapping[str, str], metrics: Iterable[Metric]) -> Result:
    """The result that a row was written from, with its numbers in full. A column that the row lacks, since it was
    collected before there was such, has the value that results of then have.

    Raises ValueError, KeyError or TypeError for what is no row of a run that is over.
    """
    metrics = list(metrics)
    kinds = {**get_type_hints(Result), **{metric.name: float | None for metric in metrics}}
    return Result.from_mapping({name: _value(row[name], kinds[name]) for name in columns(metrics) if name in row})


def _value(text: str, kind: Any) -> Any:
    """The inverse of `cell`. An empty one is nothing, or an empty mapping where there has to be one."""
    kinds = {get_origin(one) or one for one in get_args(kind) or [kind]} - {NoneType}
    if get_origin(kind) is Mapping:
        return json.loads(text or "{}")
    if not text:
        return None
    if kinds == {bool}:
        return TRUTH[text]
    if kinds <= {int, float}:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    return text.removeprefix("'")
