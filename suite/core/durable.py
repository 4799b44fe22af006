"""Files and folders that are whole or as they were, whatever is killed: the only atomic writers of the suite."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PARTIAL = ".partial."
"""What the names of unfinished files begin with; their own name ends them, since some writers go by the suffix."""


@contextmanager
def replacing(path: Path, sync: bool = True) -> Iterator[Path]:
    """A path to write a file or a folder at, which takes the place of `path` when the block ends without an error.

    `sync`: whether it must outlast a power cut, too. Without the end nothing is left but what was there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{PARTIAL}{os.getpid()}.{path.name}")
    _remove(partial)
    try:
        yield partial
        if sync:
            _sync(partial)
        if partial.is_dir() and path.exists():
            shutil.rmtree(path)
        os.replace(partial, path)
    except BaseException:
        _remove(partial)
        raise
    if sync:
        sync_directory(path.parent)


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write durably. Numbers that JSON has no word for (NaN, infinity) become null."""
    write_text(path, json.dumps(plain(value), indent=1, allow_nan=False) + "\n")


def write_text(path: Path, text: str, sync: bool = True) -> None:
    """Write a text whole or not at all, with the line ends that it has."""
    with replacing(path, sync) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def sync_directory(path: Path) -> None:
    """Make renames within a directory durable."""
    _sync_one(path)


def target_name(partial: Path) -> str:
    """The name of the file or folder that an unfinished one was to become."""
    return partial.name.removeprefix(PARTIAL).partition(".")[2]


def leftovers(folder: Path) -> list[Path]:
    """What killed writers left unfinished, directly in a folder."""
    return [path for path in folder.glob(f"{PARTIAL}*") if not path.name.removeprefix(PARTIAL).startswith(_own())]


def plain(value: Any) -> Any:
    """Values as JSON knows them: numpy scalars, paths, tuples and non-finite numbers converted."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and not isinstance(value, str | bytes):  # numpy scalars
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _own() -> str:
    return f"{os.getpid()}."


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """A file, or a folder with the files directly in it."""
    for inner in path.iterdir() if path.is_dir() else ():
        _sync_one(inner)
    _sync_one(path)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
