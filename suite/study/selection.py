"""Which trial's parameters a candidate's final runs take: a pure function of validation records."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from suite.core.outcomes import Outcome


def select(results: Iterable[Mapping[str, Any]], metric: str = "val_accuracy") -> Mapping[str, Any] | None:
    """The completed search run with the highest `metric` at its end; of equals, the first.

    Returns None when no trial completed: the final runs then take the recipe as it stands.
    """
    completed = [
        result
        for result in results
        if result["phase"] == "search"
        and result["outcome"] == Outcome.COMPLETED
        and result[metric] is not None
        and math.isfinite(result[metric])
    ]
    return max(completed, key=lambda result: (result[metric], -result["number"]), default=None)
