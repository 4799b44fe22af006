"""How quickly networks answer, from the runs' directories into a report's folder and back.

    latency.json   by run that was timed: its figures, and under what they were measured (`suite.core.latency`)

A folder has it where its study asks for it and something was timed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from suite.core.directories import RunKey
from suite.core.latency import read_latency
from suite.core.result import read_result
from suite.records.layout import LATENCIES, read_optional, write_optional


def collect(study: Mapping[str, Any], runs: Iterable[tuple[RunKey, Path]], folder: Path) -> None:
    """Write what was timed of these runs, each with its directory; no file where there is nothing, or nobody asks."""
    found = {}
    for key, directory in runs if study.get("latency") else ():
        result = read_result(directory) if key.phase == "final" else None
        measured = read_latency(directory, result.ended_at) if result else None
        if measured is not None:
            found[str(key)] = measured
    write_optional(folder / LATENCIES, found)


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """The same by run; empty where nothing was timed."""
    return read_optional(folder / LATENCIES)
