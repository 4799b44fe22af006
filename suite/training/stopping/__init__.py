"""When a training ends before its last epoch, one file each. Validation images alone decide, never the test's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Switched


@dataclass(frozen=True, kw_only=True)
class Stopping(Switched):
    """stops: from the epochs' values of the selecting metric, the higher the better, and the recipe's values, why the
    training ends after the last of them; None where it goes on."""

    stops: Callable[[Sequence[float], Mapping[str, Any]], str | None]
