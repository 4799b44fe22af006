"""Where MLflow's SQLite file says its artifacts lie, after the workspace was moved or copied: beside the file.

MLflow writes down whole paths, one for each experiment and one for each run, and has no call that changes them. Left
alone, a copy would write into the folder that it was made from.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

ARTIFACTS, DEFAULT = "mlartifacts", "mlruns"
"""The folders beside the database: of studies, and of MLflow's own first experiment."""
COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Where MLflow writes down places of artifacts."""


def location(folder: Path, experiment: str) -> str:
    """Where the artifacts of an experiment lie: beside a database in `folder`, so that both go together."""
    return (folder.absolute() / ARTIFACTS / experiment).as_uri()


def _beside(place: str | None, experiment: str) -> str | None:
    """The folder, as a URI, beside which an experiment's artifacts were put; None where they lie elsewhere."""
    found = re.fullmatch(rf"(file://.*)/{ARTIFACTS}/([^/]+)", place or "")
    return found[1] if found and unquote(found[2]) == experiment else None


def strays(experiment: str, common: str | None, mine: str, places: Mapping[str, str]) -> dict[str, str]:
    """The runs whose artifacts would go into another workspace, and where they belong.

    That is so in a database that several workspaces write into, each with artifacts of its own: an experiment has one
    place in common, which is that of the workspace that was first. `places` is from a run's id to its place.
    """
    if _beside(common, experiment) is None:
        return {}  # somebody has chosen a place for all
    wanted = {run: f"{mine}/{run}/artifacts" for run in places}
    return {run: place for run, place in wanted.items() if places[run] != place}


def relocate(database: Path) -> int:
    """Set the places of artifacts that were beside the database, wherever that was, to where it is now.

    An experiment whose artifacts lie in a folder `mlartifacts`, under its own name, is one that was made beside it.
    All places change, or none. Returns how many did. Raises sqlite3.Error where the file is none of SQLite's.
    """
    here = database.parent.as_uri()
    with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as connection:
        former = _former(connection, here)
        if not former:
            return 0
        connection.execute("BEGIN IMMEDIATE")
        try:
            changed = sum(_move(connection, place, here) for place in sorted(former))
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return changed


def _former(connection: sqlite3.Connection, here: str) -> set[str]:
    """The folders, as URIs, that the database was in according to its experiments."""
    if not _has(connection, "experiments", "artifact_location"):
        return set()
    rows: Iterable[tuple[str, str | None]] = connection.execute("SELECT name, artifact_location FROM experiments")
    return {folder for name, place in rows if (folder := _beside(place, name)) is not None} - {here}


def _move(connection: sqlite3.Connection, former: str, here: str) -> int:
    """Replace what artifacts' places begin with, be they URIs or paths."""
    plain = [unquote(urlsplit(place).path) for place in (former, here)]
    changed = 0
    for table, column in COLUMNS:
        if not _has(connection, table, column):
            continue
        for old, new in ((former, here), (plain[0], plain[1])):
            for folder in (ARTIFACTS, DEFAULT):  # what else is below the former place may be here already
                start = f"{old}/{folder}/"
                changed += connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
                    (new, len(old) + 1, len(start), start),
                ).rowcount
    return changed


def _has(connection: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether this version of MLflow keeps such places."""
    return column in {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
