"""Attempts apart: each try at a run in a directory of its own, for workers that may write after they were given up.

A machine that the cluster has lost may still be computing. So its worker never had the run's own directory: it trains
in `attempt-<n>/`, and only the attempt that was handed out last counts, until the coordinator takes note of its end.

`hand_out` takes the checkpoints into the new attempt's directory, in a folder made for it: a machine whose disk is a
network's may know the old one by its handle, and write into it wherever it has been moved. `settle` takes back what
came of it. An attempt counts as long as its mark is there, which only the coordinator makes and removes: a directory
that a lost worker makes again has none. Every step may be cut off anywhere and is made good by the next `settle`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from suite.core import faults
from suite.core.directories import ATTEMPT, CHECKPOINTS, RESULT
from suite.core.durable import PARTIAL, sync_directory

MARK = "handed-out"
"""The file by which the coordinator knows its attempt; it is no truth for anybody else."""
GIVEN_UP = "given-up"
"""What the folder of checkpoints is called whose content the attempt has in another."""


def hand_out(run: Path, number: int) -> Path:
    """Make the directory of attempt `number`, with the checkpoints so far; the run must be settled. Returns it."""
    attempt = run / f"{ATTEMPT}{number}"
    attempt.mkdir(parents=True, exist_ok=True)
    (attempt / MARK).touch()
    faults.reach("attempt.marked")
    if (run / CHECKPOINTS).is_dir():
        _again(run / CHECKPOINTS, attempt / CHECKPOINTS)
        faults.reach("attempt.linked")
        os.replace(run / CHECKPOINTS, attempt / GIVEN_UP)  # at once: half a folder would be taken for the run's
        faults.reach("attempt.moved_in")
        shutil.rmtree(attempt / GIVEN_UP, ignore_errors=True)
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


def _again(old: Path, new: Path) -> None:
    """The same checkpoints in folders of their own. The files in each are never written again, and need no copies.

    What lies directly in the folder, such as the heartbeat, may be open somewhere, and is copied; what a worker left
    unfinished stays behind.
    """
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for path in old.iterdir():
        if path.name.startswith(PARTIAL):
            continue
        try:
            if path.is_dir():
                shutil.copytree(path, new / path.name, copy_function=_link)
            else:
                shutil.copyfile(path, new / path.name)
        except (FileNotFoundError, shutil.Error):  # a lost worker has just dropped it for a newer one
            shutil.rmtree(new / path.name, ignore_errors=True)


def _link(old: str, new: str) -> None:
    try:
        os.link(old, new)
    except OSError:  # not every disk has links
        shutil.copyfile(old, new)
