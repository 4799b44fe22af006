"""A result as a worker would have written it."""

from __future__ import annotations

from typing import Any

from suite.core.directories import RunKey
from suite.core.result import Result, finished


def made_up(key: RunKey, **measured: Any) -> Result:
    """The result of a run of a study that never was; `measured` are its figures, completed if nothing is said."""
    asked = {
        "study": "tiny", "instance": "one", **vars(key), "architecture": key.candidate, "seed": key.number,
        "dataset": "digits", "data_hash": "0123", "backend": "tensorflow", "precision": "float32", "attempts": 1,
    }  # fmt: skip
    measured = {"outcome": "completed", "ended_at": 1010.0, **measured}
    return finished({**asked, **{name: measured[name] for name in asked if name in measured}}, measured, 1010.0)
