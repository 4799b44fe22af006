"""Checks of configured values: each returns what it was given, in its final form, or raises Refusal."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Any

from suite.core.refusals import Refusal, unknown

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
"""Names of studies, instances and candidates: they are folders, too."""


def seconds_from(text: Any, key: str = "limit") -> float | None:
    """`2h`, `45m`, `90s` or `1h30m` in seconds."""
    if text is None:
        return None
    if key == "time" and str(text).strip().isdecimal():  # a study's length in seconds is a slip
        raise Refusal(f"time={text}: expected a time with its unit, such as {text}m; {text}s are seconds")
    parts = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", str(text).strip())
    if not parts or not any(parts.groups()):
        raise Refusal(f"{key}={text}: expected a time such as 2h, 45m or 90s")
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if not total:
        raise Refusal(f"{key}={text}: expected more than no time; {key}=null is without one")
    return total


def mapping(what: str, value: Any, keys: Collection[str] | None = None) -> dict[str, Any]:
    """A section of a configuration; nothing is an empty one. Raises Refusal for anything that is no mapping, and for a
    key that is none of `keys`, where these are said."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        entries = isinstance(value, list) and bool(value) and all(isinstance(entry, str) for entry in value)
        form = f", as in {{{', '.join(f'{entry}: ...' for entry in value)}}}" if entries else ""
        raise Refusal(f"{what}: expected keys and values{form}, not {value!r}")
    for key in value:
        if keys is not None and key not in keys:
            raise unknown(f"key of {what}", str(key), keys)
    return dict(value)


def boolean(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refusal(f"{key}={value}: expected true or false")
    return value


def number(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refusal(f"{key}={value}: expected a number")
    return float(value)


def one_of(kind: str, value: Any, valid: tuple[str, ...]) -> str:
    if value not in valid:
        raise unknown(kind, str(value), valid)
    return str(value)


def as_list(key: str, value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value]
    if not value:
        raise Refusal(f"{key} is empty: name at least one")
    if not isinstance(value, list | tuple):
        raise Refusal(f"{key}={value}: expected a list, as in [a, b]")
    return list(value)


def count(key: str, value: Any, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Refusal(f"{key}={value}: expected a whole number of at least {least}")
    return value
