"""The final run whose last weights another run starts from, or learns from: where it is, and what makes it what it is.

Imports no Keras: the coordinator makes these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from suite.core.directories import RUN, WEIGHTS
from suite.core.durable import read_json
from suite.core.identity import digest
from suite.core.published import marker, no_weights
from suite.core.refusals import Refusal, unreadable
from suite.training.preprocessing import PREPROCESSING


@dataclass(frozen=True)
class Origin:
    """A final run that has left its weights.

    run: `study/instance/candidate/track/final/number`. directory: where it is; no part of its identity. sha256: of the
    file of weights. made_by: SHA-256 of what determined the run. input_shape: (height, width, channels).
    """

    run: str
    directory: str
    sha256: str
    made_by: str
    architecture: str
    options: Mapping[str, Any]
    task: str
    input_shape: tuple[int, int, int]
    num_classes: int

    def __hash__(self) -> int:
        return hash((self.directory, self.sha256))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Origin:
        height, width, channels = values["input_shape"]
        return cls(**{**values, "input_shape": (height, width, channels)})

    @classmethod
    def of(cls, run: str, directory: Path) -> Origin:
        """The origin that a final run's directory is. Raises Refusal where one of its files is missing or damaged, and
        for a run of published records of whose weights nothing is known."""
        path = directory / RUN
        try:
            if (taken := marker(directory)) is not None:
                return cls.recorded(run, directory, read_json(path)["identity"], taken)
            identity = read_json(path)["identity"]
            path = directory / PREPROCESSING
            seen = read_json(path)
            height, width, channels = seen["input_shape"]
            path = directory / WEIGHTS
            return cls(
                run=run,
                directory=str(directory),
                sha256=sha256_of(path),
                made_by=digest(identity),
                architecture=identity["architecture"],
                options=dict(identity["options"]),
                task=identity.get("task", "classification"),
                input_shape=(height, width, channels),
                num_classes=len(seen["class_names"]),
            )
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise unreadable(path, error) from error

    @classmethod
    def recorded(cls, run: str, directory: Path, identity: Mapping[str, Any], taken: Mapping[str, Any]) -> Origin:
        """The origin that a run of published records was, by its marker: for comparing, since the weights are gone.

        Raises Refusal where no run is known that started from it.
        """
        weights = taken.get("weights")
        if weights is None:
            raise no_weights(run, taken)
        return cls.from_mapping(
            {
                "run": run,
                "directory": str(directory),
                "made_by": digest(identity),
                **weights,
                "architecture": identity["architecture"],
                "options": dict(identity["options"]),
                "task": identity.get("task", "classification"),
            }
        )

    def identity(self) -> dict[str, str]:
        """What of it counts for a run that starts from it."""
        return {"run": self.run, "sha256": self.sha256, "made_by": self.made_by}

    def require_unchanged(self) -> None:
        """Raises Refusal where the weights are no longer those that were meant."""
        if sha256_of(Path(self.directory) / WEIGHTS) != self.sha256:
            raise Refusal(
                f"the weights of {self.run} are not those that this run was to start from: {self.directory} has "
                "changed since; type the command again to go on with what is there now"
            )


def sha256_of(path: Path) -> str:
    """Hexadecimal. Raises OSError."""
    status = path.stat()
    return _sha256(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)  # each run of a candidate asks for it
def _sha256(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
