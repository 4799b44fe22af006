"""What the files of a report's folder are called: records, their hashes, and what is rendered from the records."""

from __future__ import annotations

import filecmp
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.core.directories import SESSIONS, STUDY
from suite.core.durable import read_json, write_json

FACTS, RUNS, RECORDS = "facts.json", "runs.csv", "records.npz"
RECORD_FILES = (STUDY, SESSIONS, FACTS, RUNS, RECORDS)
IDENTITIES, IMPORTANCES, LATENCIES = "identities.json", "importances.json", "latency.json"
"""Records that not every folder has: those of old lack the first, those without a long search the second, and those
whose study did not time how quickly networks answer the third."""
EVERY_RECORD = (*RECORD_FILES, IDENTITIES, IMPORTANCES, LATENCIES)
HASHES = "hashes.json"
RENDERED = ("report.html", "report.md", "table.csv", "table.tex")
FIGURES = "figures"
OF_THE_SYSTEM = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What a desktop leaves in folders that it has shown."""


def record_files(folder: Path) -> list[str]:
    """The names of the records that a folder has to have, and of those beside them that it has."""
    return [name for name in EVERY_RECORD if name in RECORD_FILES or (folder / name).exists()]


def write_optional(path: Path, found: Mapping[str, Any]) -> None:
    """Write a record that not every folder has: no file where there is nothing to say, and none of earlier stays."""
    if found:
        write_json(path, found)
    else:
        path.unlink(missing_ok=True)


def read_optional(path: Path) -> dict[str, Any]:
    """What it says; nothing where there is none. Raises ValueError for one that is no JSON."""
    return dict(read_json(path)) if path.exists() else {}


def files(folder: Path) -> set[str]:
    """The names of all files in and below a folder, but those that the system left there."""
    found = (path for path in folder.rglob("*") if not path.is_dir() and path.name not in OF_THE_SYSTEM)
    return {path.relative_to(folder).as_posix() for path in found if not path.name.startswith("._")}


def same(first: Path, second: Path) -> bool:
    """Whether both files are there and have the same bytes."""
    return first.exists() and second.exists() and filecmp.cmp(first, second, shallow=False)
