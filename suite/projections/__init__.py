"""What is made from the run directories for people: MLflow's runs and Optuna's mirror. Knows the core alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from suite.core.result import Result

Row = Mapping[str, Any]
Artifacts = Callable[[Path], Mapping[str, Any]]
"""From a run's directory to what its task shows of it, by file name: texts, and pictures as arrays (`*.png`)."""


class Committed(NamedTuple):
    """A run that is over. `rows` reads its epochs, which are needed only where the run is not there yet."""

    result: Result
    files: Path
    rows: Callable[[], list[dict[str, Any]]]


class ProjectionError(Exception):
    """A store could not be reached or written; the runs' directories are unharmed."""


class Projection(Protocol):
    """A store that follows one instance. Every method may be called again with the same values and adds nothing then.

    Runs are named by their key. `fields` of a run that is not over are what its result will hold of its place, its
    seed and its start. Raises ProjectionError where the store fails.
    """

    def drop(self, key: str) -> None:
        """Delete what is there of a run that starts from nothing."""

    def drop_unknown(self, keys: set[str]) -> int:
        """Delete the runs that no directory stands behind; returns how many."""

    def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Row]) -> None:
        """Project committed epochs."""

    def is_whole(self, key: str, ended_at: float) -> bool:
        """Whether a run that ended then is there with all that belongs to it."""

    def result(self, key: str, result: Result, rows: Iterable[Row], files: Path) -> None:
        """Project a run that is over, with the files of its directory."""

    def candidate(self, last: Result, figures: Mapping[str, float | None]) -> None:
        """Write a candidate's own figures, and end it with its last run."""

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report's folder to the instance."""
