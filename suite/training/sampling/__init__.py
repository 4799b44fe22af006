"""Which training images an epoch shows, one file each. Without one each epoch shows every image once.

Only the order of the training knows of it: validation and test images are never drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Switched


@dataclass(frozen=True, kw_only=True)
class Sampling(Switched):
    """draw: from the training images' labels (n,), numpy's generator and the recipe's values to n positions."""

    draw: Callable[[Any, Any, Mapping[str, Any]], Any]
