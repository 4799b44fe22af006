"""Attempts apart: each try at a run in a directory of its own, for workers that may write after they were given up.

A machine that the cluster has lost may still be computing. So its worker never had the run's own directory: it trains
in `attempt-<n>/`, and only the attempt that was handed out last counts, until the coordinator takes note of its end.

`hand_out` moves the checkpoints into the new attempt's directory, `settle` takes back what came of it. An attempt
counts as long as its mark is there, which only the coordinator makes and removes: a directory that a lost worker makes
again has none. Every step may be cut off anywhere and is made good by the next `settle`.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from suite.core import faults
from suite.core.directories import ATTEMPT, CHECKPOINTS, RESULT
from suite.core.durable import sync_directory

MARK = "handed-out"
"""The file by which the coordinator knows its attempt; it is no truth for anybody else."""


def hand_out(run: Path, number: int) -> Path:
    """Make the directory of attempt `number`, with the checkpoints so far; the run must be settled. Returns it."""
    attempt = run / f"{ATTEMPT}{number}"
    attempt.mkdir(parents=True, exist_ok=True)
    (attempt / MARK).touch()
    faults.reach("attempt.marked")
    if (run / CHECKPOINTS).is_dir():
        shutil.rmtree(attempt / CHECKPOINTS, ignore_errors=True)
        os.replace(run / CHECKPOINTS, attempt / CHECKPOINTS)
        _disown(attempt / CHECKPOINTS)
    return attempt


def settle(run: Path) -> bool:
    """Take back what the attempt in hand has left, and remove every attempt's directory; whether there was any.

    A result is moved up with all its files, itself last: that is the commit point. Without one the checkpoints are
    moved back, and the next attempt goes on from them, wherever it trains.
    """
    found = _attempts(run)
    for attempt in found:
        if (attempt / MARK).exists():
            _take_back(run, attempt)
            faults.reach("attempt.taken")
            (attempt / MARK).unlink()
        shutil.rmtree(attempt, ignore_errors=True)  # what a lost worker writes meanwhile goes the next time
    return bool(found)


def _attempts(run: Path) -> list[Path]:
    """The names are read from the directory, since a file's absence may be remembered for a while on a network."""
    try:
        with os.scandir(run) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.name.startswith(ATTEMPT))
    except FileNotFoundError:
        return []


def _take_back(run: Path, attempt: Path) -> None:
    with os.scandir(attempt) as entries:
        names = {entry.name for entry in entries if entry.is_file() and not entry.name.startswith(".")} - {MARK}
    if RESULT in names:
        for name in [*sorted(names - {RESULT}), RESULT]:
            os.replace(attempt / name, run / name)
            faults.reach("attempt.moved")
        sync_directory(run)
    elif (run / RESULT).exists():  # it was moved, and nothing else is left to do
        pass
    elif (attempt / CHECKPOINTS).is_dir() and not (run / CHECKPOINTS).exists():
        os.replace(attempt / CHECKPOINTS, run / CHECKPOINTS)
        sync_directory(run)


def _disown(folder: Path) -> None:
    """Give the files that lie directly in a folder, such as the heartbeat, to nobody who has them open."""
    for path in [path for path in folder.iterdir() if path.is_file()]:
        with suppress(OSError):
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content)
