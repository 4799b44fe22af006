"""What is made from the run directories for people: MLflow's runs and Optuna's mirror. Knows the core alone.

A projection is one module of this package, named in NAMES: it has `open_projection`, which opens the store for an
instance and returns what implements `Projection`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from suite.core.addresses import Address, Stores, is_own
from suite.core.commands import words_for_others
from suite.core.result import Result
from suite.core.workspaces import workspace_name

NAMES = ("mlflow", "optuna")
"""The projections of every instance, in the order in which they are written."""

Row = Mapping[str, Any]
Artifacts = Callable[[Path], Mapping[str, Any]]
"""From a run's directory to what its task shows of it, by file name: texts, and pictures as arrays (`*.png`)."""


@dataclass(frozen=True)
class Instance:
    """The instance that projections follow. `tags`: what tells it from others, for stores that filter by it.

    `about`: what stores show of its study (`about`).
    """

    workspace: Path
    stores: Stores
    study: str
    name: str
    tags: Mapping[str, str]
    artifacts: Artifacts | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    def owner(self, address: Address) -> str | None:
        """Whose instance it is in a store that others may share; None where the store is the workspace's own."""
        return None if is_own(address, self.workspace) else workspace_name(self.workspace)


class Trial(NamedTuple):
    """A search trial that has ended.

    dimensions: `{low, high, log}` or `{choices}` for each parameter, as the search drew from them; whole numbers where
    the parameter is one. curve: epoch (from 1) to the value that the search looks at. value: that of a completed trial.
    published: the published records that it was taken from, None where it was trained here.
    """

    number: int
    parameters: Mapping[str, Any]
    dimensions: Mapping[str, Mapping[str, Any]]
    curve: Mapping[int, float]
    value: float | None
    outcome: str
    reason: str | None
    ended_at: float | None
    published: str | None = None


class Committed(NamedTuple):
    """A run that is over.

    `rows` reads its epochs, and `trials` all trials of its search that have ended, in their numbers' order (none for a
    final run): they are needed only where the run is not there yet.
    """

    result: Result
    files: Path
    rows: Callable[[], list[dict[str, Any]]]
    trials: Callable[[], list[Trial]] = list


class ProjectionError(Exception):
    """A store could not be reached or written; the runs' directories are unharmed."""


class Projection(Protocol):
    """A store that follows one instance. Every method may be called again with the same values and adds nothing then.

    Runs are named by their key. `fields` of a run that is not over are what its result will hold of its place, its
    seed and its start. A store that has no place for something does nothing about it. Raises ProjectionError where the
    store fails.
    """

    def drop(self, key: str) -> None:
        """Delete what is there of a run that starts from nothing."""

    def drop_unknown(self, keys: set[str]) -> int:
        """Delete the runs that no directory stands behind; returns how many."""

    def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Row]) -> None:
        """Project committed epochs."""

    def interrupted(self, key: str) -> None:
        """Say of a run that is not over that nobody trains it now; its next epochs or its result take that back."""

    def is_whole(self, key: str, run: Committed) -> bool:
        """Whether a run that is over is there with all that belongs to it."""

    def result(self, key: str, run: Committed) -> None:
        """Project a run that is over, with the files of its directory."""

    def candidate(self, last: Result, figures: Mapping[str, float | None], winners: Sequence[Result] = ()) -> None:
        """Write a candidate's own figures, and end it with its last run.

        `winners`: of each track that has any, the first completed final run, with the selected parameters.
        """

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report's folder to the instance."""


ABOUT = ("title", "question", "paper", "command", "metric")
"""What stores show of a study: `metric` is the one by which its search chooses."""


def about(description: Mapping[str, Any]) -> dict[str, str]:
    """The same of a description, or of what has such attributes as a mapping; what it does not say is left out."""
    found = {name: str(description[name]) for name in ABOUT if description.get(name)}
    return {**found, **({"command": shlex.join(words_for_others(found["command"]))} if "command" in found else {})}


Opener = Callable[[], Projection]


def openers(instance: Instance) -> dict[str, Opener]:
    """What opens each projection of an instance, by its name; a store's library is imported only then."""
    return {name: partial(_open, name, instance) for name in NAMES}


def _open(name: str, instance: Instance) -> Projection:
    opened: Projection = import_module(f"suite.projections.{name}").open_projection(instance)
    return opened
