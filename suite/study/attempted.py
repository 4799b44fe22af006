"""When a run was tried: a file in its directory has a line for each attempt."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from suite.core.durable import read_json, write_json

ATTEMPTS = "attempts.json"


def starts(directory: Path) -> list[dict[str, Any]]:
    """The attempts at a run so far, the first first; none of one that was only opened."""
    path = directory / ATTEMPTS
    return list(read_json(path)) if path.exists() else []


def first_start(directory: Path) -> float | None:
    """When a run was first tried, in seconds since 1970; None of one that was only opened."""
    known = starts(directory)
    return float(known[0]["started_at"]) if known else None


def begin(directory: Path) -> int:
    """Count one more attempt at a run, durably, and return its number (from 1)."""
    known = [*starts(directory), {"started_at": time.time()}]
    write_json(directory / ATTEMPTS, known)
    return len(known)
