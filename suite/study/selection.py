"""Which trial's parameters a candidate's final runs take: a pure function of validation records."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any


def select(results: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The completed search run with the highest validation accuracy at its end; of equals, the first.

    Returns None when no trial completed: the final runs then take the recipe as it stands.
    """
    completed = [
        result
        for result in results
        if result["phase"] == "search"
        and result["outcome"] == "completed"
        and result["val_accuracy"] is not None
        and math.isfinite(result["val_accuracy"])
    ]
    return max(completed, key=lambda result: (result["val_accuracy"], -result["number"]), default=None)
