"""Deleting what no study needs any more. Results, histories, predictions and last weights always stay."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from suite.core import attempts, directories
from suite.core.durable import PARTIAL


def clean(workspace: Path, instances: list[Path]) -> int:
    """Delete superseded runs, left-over checkpoints and temporary files, and the decoded cache; returns freed bytes."""
    freed = 0
    for path in [*_useless(instances), *_decoded(workspace / "cache")]:
        if path.is_dir():
            freed += sum(file.lstat().st_size for file in path.rglob("*") if file.is_file())
            shutil.rmtree(path)
        elif path.exists():
            freed += path.lstat().st_size
            path.unlink()
    return freed


def _decoded(cache: Path) -> Iterator[Path]:
    """The cache's own entries: the folder may hold what is somebody else's."""
    yield from [manifest.parent for manifest in cache.glob("*/set.json")]
    yield from [
        *cache.glob("leakage-*.json"),
        *cache.glob("*.alike-*.json"),
        *cache.glob(".*.lock"),
        *cache.glob(f"{PARTIAL}*"),
    ]


def _useless(instances: list[Path]) -> Iterator[Path]:
    for instance in instances:
        yield from list(instance.glob("*/*/*/superseded-*"))
        yield from [*instance.rglob(f"{PARTIAL}*")]
        for _, directory in list(directories.run_directories(instance)):
            attempts.settle(directory)  # what a lost worker wrote after it was given up goes with it
            if (directory / directories.RESULT).exists():
                yield directory / directories.CHECKPOINTS
