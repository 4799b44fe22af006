"""Runs that were taken over from published records: everything of them is there but their weights.

    published.json   in such a run's directory: of which folder it is, the hash by which that folder's records are
                     known, and what is recorded of the weights that it had, where another run started from them

Written by `suite.study.taking_over`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.core.durable import read_json
from suite.core.refusals import Refusal

PUBLISHED = "published.json"


def marker(directory: Path) -> dict[str, Any] | None:
    """What is written down of where a run was taken from; None for one that was trained here."""
    try:
        return dict(read_json(directory / PUBLISHED))
    except FileNotFoundError:
        return None


def provenance(directory: Path) -> str | None:
    """Where a run was taken from, in a few words for stores; None for one that was trained here."""
    found = marker(directory)
    return label(found) if found else None


def label(found: Mapping[str, Any]) -> str:
    """`quickstart, records c7bbfba3618b`: the folder's name, and the beginning of its records' hash."""
    return f"{found['folder']}, records {found['records'][:12]}"


def no_weights(run: str, found: Mapping[str, Any]) -> Refusal:
    """The refusal of whatever needs the weights of such a run."""
    return Refusal(
        f"{run} came from published records ({label(found)}), which hold no weights: train it here, in an instance of "
        "its own (instance=NAME, without from=)"
    )
