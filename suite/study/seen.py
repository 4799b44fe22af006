"""What is kept of the images that final runs were trained on, beside them: a folder's place is in no record, and it may
be gone when another study starts from their weights. Named sets can be had again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from suite.core.directories import RunKey
from suite.core.identity import digest
from suite.data.dataset import Dataset, Indices
from suite.data.leakage import Fingerprints, fingerprints
from suite.study.ledger import Ledger
from suite.study.plan import spec_for
from suite.training.spec import canonical

FOLDER = "folder"
KEPT = 100_000
"""Of more images nothing is kept: to read them all once more would hold up their training."""


def images(data: Dataset, on_validation: bool) -> Indices:
    """The images that final runs are trained on."""
    return np.concatenate([data.train, data.validation]) if on_validation else data.train


def key(identity: Mapping[str, Any]) -> str:
    """Of a run's identity what determines the images that it was trained on, whatever version wrote it."""
    values = {name: canonical(identity).get(name) for name in ("data", "data_hash", "train_on_validation")}
    return digest({**values, "train_on_validation": bool(values["train_on_validation"])})[:20]


def keep(ledger: Ledger) -> None:
    """Write the fingerprints of each folder's training images into the instance, once. Raises OSError."""
    study = ledger.study
    for candidate in study.candidates:
        data = ledger.dataset(candidate.name)
        index = images(data, study.train_on_validation)
        if data.name != FOLDER or len(index) > KEPT:
            continue
        final = RunKey(candidate.name, study.tracks[-1], "final", 0)
        path = _path(ledger.directory, spec_for(study, candidate, final, {}, data).identity(data.hash))
        if not path.exists():
            fingerprints(data, index).save(path)


def kept(instance: Path, identity: Mapping[str, Any]) -> Fingerprints | None:
    """What an instance has of the training images of a run of this identity; None where it has nothing readable."""
    try:
        return Fingerprints.load(_path(instance, identity))
    except (OSError, ValueError, LookupError):
        return None


def _path(instance: Path, identity: Mapping[str, Any]) -> Path:
    return instance / f"seen-{key(identity)}.npz"
