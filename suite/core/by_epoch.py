"""What a final run's test images said after each epoch, where a study asks for that: to show what choosing by it gives.

    test_by_epoch.json   [{"epoch": 1, "test": 0.61}, ...]   the task's first figure; null where nobody looked

The suite takes the last weights and tests once. Who instead reports the best epoch by test has a figure that flatters;
by how much, these say. They are in no history, so that no search, no stopping and no projection sees them; only the
report's table of what it would have flattered reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from suite.core.durable import read_json, write_json

BY_EPOCH = "test_by_epoch.json"
ARRAY = "tested_by_epoch"
"""In a report's records: the same of each final run, (epochs,), NaN where nobody looked."""


def write_tested(directory: Path, values: Sequence[float | None]) -> None:
    """Write down the figure after each epoch, from the first."""
    write_json(directory / BY_EPOCH, [{"epoch": number, "test": value} for number, value in enumerate(values, 1)])


def read_tested(directory: Path) -> list[float | None]:
    """What was written; empty where the run was tested once, as it is without being asked."""
    try:
        return [row["test"] for row in read_json(directory / BY_EPOCH)]
    except FileNotFoundError:
        return []
