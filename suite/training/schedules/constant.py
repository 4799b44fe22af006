"""The same rate from the warm-up to the end."""

from __future__ import annotations

from typing import Any

from suite.training.schedules import Schedule


def _factor(t: Any, total: Any, start: Any, numbers: Any) -> Any:
    return 1.0


PART = Schedule("constant", "The same rate to the end", factor=_factor)
