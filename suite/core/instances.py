"""Which instances of a study there are, and which of them is meant. Imports nothing heavy: refusals are quick."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from suite.core import directories
from suite.core.durable import read_json
from suite.core.refusals import Refusal, unknown

CHOICES = ("budget", "dataset", "backend", "precision")
"""What tells the instances of a study apart on a command line, besides their names: fields of study.json."""


def meaningless(described: Mapping[str, Any]) -> bool:
    """Whether the numbers of an instance mean nothing, as its study.json says: those of budget smoke."""
    return bool(described["budget"] == "smoke")


def default_name(dataset: str, budget: str, backend: str, precision: str, time: str | None = None) -> str:
    """What an instance is called where nobody says; `time` is the label of a time budget, such as `45m`."""
    return "-".join([dataset, budget, *([time] if time else []), backend, precision])


def instances(workspace: Path, study: str) -> list[str]:
    """The names of a study's instances, the one that ran last at the end."""
    found = (workspace / "runs" / study).glob(f"*/{directories.STUDY}")
    return [path.parent.name for path in sorted(found, key=lambda path: (_last_start(path.parent), path.parent.name))]


def require(workspace: Path, study: str) -> None:
    """Raises Refusal where a study has not run in a workspace, with the nearest name of those that have."""
    names = {path.parent.parent.name for path in workspace.glob(f"runs/*/*/{directories.STUDY}")}
    if study in names:
        return
    if names:
        raise unknown(f"study in {workspace}", study, names)
    raise Refusal(
        f"no study has run in {workspace}: name the folder in which it ran with workspace=DIR, or start it with "
        f"python -m suite.run study={study}"
    )


def find(workspace: Path, study: str, instance: str | None = None) -> Path:
    """The directory of an instance, by default of the one that ran last.

    Raises Refusal where the study has no instance, or none of that name.
    """
    require(workspace, study)
    found = instances(workspace, study)
    if instance is not None and instance not in found:
        raise unknown(f"instance of {study}", instance, found)
    return directories.instance_directory(workspace, study, instance or found[-1])


def choose(workspace: Path, study: str, wanted: Mapping[str, str]) -> str | None:
    """The instance that ran last of those whose description has the wanted values; None where nothing is wanted.

    Keys are `instance`, or fields of study.json such as `budget`. Raises Refusal where no instance has them.
    """
    if not wanted:
        return None
    found = instances(workspace, study)
    if found and wanted.get("instance", found[-1]) not in found:
        raise unknown(f"instance of {study}", wanted["instance"], found)
    for name in reversed(found):
        described = read_json(directories.instance_directory(workspace, study, name) / directories.STUDY)
        if all(str(described.get(key)) == value for key, value in wanted.items()):
            return name
    asked = " ".join(f"{key}={value}" for key, value in wanted.items())
    raise Refusal(f"study {study!r} has no instance with {asked}; it has: {', '.join(found) or '(none)'}")


def _last_start(instance: Path) -> float:
    """When an instance's last session began, in seconds since 1970; of one without sessions, when it was described."""
    path = instance / directories.SESSIONS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for line in reversed(lines):
        try:
            started = json.loads(line)["started_at"]
            return float(started) if isinstance(started, int | float) else datetime.fromisoformat(started).timestamp()
        except (ValueError, KeyError, TypeError):
            continue  # half written
    return (instance / directories.STUDY).stat().st_mtime
