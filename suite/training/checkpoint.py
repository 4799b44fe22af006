"""Checkpoints that are whole or absent: written aside, hashed, synced, renamed; two generations kept.

A checkpoint is a folder named after its step: `arrays.npz`, `state.json`, and `manifest.json` with the size and the
SHA-256 of both. One that does not match its manifest, or belongs to another run, is passed over for the older one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from suite.core import faults
from suite.core.directories import CHECKPOINTS
from suite.core.durable import leftovers, read_json, replacing

ARRAYS, STATE, MANIFEST = "arrays.npz", "state.json", "manifest.json"
GENERATIONS = 2

Arrays = dict[str, np.ndarray]


def commit(
    folder: Path,
    step: int,
    identity: str,
    arrays: Mapping[str, np.ndarray],
    state: Mapping[str, Any],
    made_with: Mapping[str, Any] | None = None,
) -> None:
    """Make the checkpoint of `step` durable, then drop what is older than the one before it.

    `made_with`: what the identity is the digest of, so that a run of another one can say what differs.
    Raises OSError, with the older generations untouched, when the disk is full or gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in leftovers(folder):
        shutil.rmtree(leftover)
    # what is there under this number is damaged, or another run's: a good one would have been resumed from
    with replacing(folder / f"{step:010d}") as partial:
        partial.mkdir()
        with (partial / ARRAYS).open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        files = {ARRAYS: _digest(partial / ARRAYS), STATE: _write_json(partial / STATE, state)}
        _write_json(partial / MANIFEST, {"identity": identity, "made_with": made_with, "step": step, "files": files})
        faults.reach("commit.written")
    faults.reach("commit.renamed")
    _prune(folder, step)


def latest(folder: Path, identity: str) -> tuple[Arrays, dict[str, Any]] | None:
    """The newest whole checkpoint of the run with this identity, or None."""
    for step in sorted(_steps(folder), reverse=True):
        found = _read(folder / f"{step:010d}", identity)
        if found is not None:
            return found
    return None


def newest(folder: Path) -> int:
    """The step of the newest checkpoint, whole or not; 0 without one."""
    return max(_steps(folder), default=0)


def passed_over(folder: Path, identity: str, step: int) -> list[dict[str, Any] | None]:
    """The manifests of the checkpoints beyond `step` that `latest` passes over, the newest first; None: damaged."""
    beyond = sorted((found for found in _steps(folder) if found > step), reverse=True)
    return [_manifest_of_another(folder / f"{found:010d}", identity) for found in beyond]


def _manifest_of_another(path: Path, identity: str) -> dict[str, Any] | None:
    try:
        manifest = dict(read_json(path / MANIFEST))
        return None if manifest["identity"] == identity else manifest
    except (OSError, ValueError, KeyError, TypeError):
        return None


def committed_rows(directory: Path) -> list[dict[str, Any]]:
    """The epochs that a run's newest whole checkpoint holds, read without loading its arrays; empty without one."""
    folder = directory / CHECKPOINTS
    for step in sorted(_steps(folder), reverse=True):
        path = folder / f"{step:010d}"
        try:
            if read_json(path / MANIFEST)["files"][STATE] == _digest(path / STATE):
                return list(read_json(path / STATE)["rows"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return []


def _read(path: Path, identity: str) -> tuple[Arrays, dict[str, Any]] | None:
    try:
        manifest = read_json(path / MANIFEST)
        if manifest["identity"] != identity:
            return None
        if any(_digest(path / name) != expected for name, expected in manifest["files"].items()):
            return None
        with np.load(path / ARRAYS, allow_pickle=False) as file:
            return dict(file), dict(read_json(path / STATE))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None


def _steps(folder: Path) -> Iterator[int]:
    return (int(path.name) for path in folder.glob("*") if path.name.isdecimal())


def _prune(folder: Path, step: int) -> None:
    """Keep this step and the one before; steps beyond it are another run's."""
    mine = sorted(found for found in _steps(folder) if found <= step)[-GENERATIONS:]
    for found in list(_steps(folder)):
        if found not in mine:
            shutil.rmtree(folder / f"{found:010d}")


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_json(path: Path, value: Any) -> dict[str, Any]:
    data = json.dumps(value, allow_nan=False).encode()
    path.write_bytes(data)
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
