"""What learns, and how fast, of a network that starts from another's weights; one file each.

A part changes the share of the recipe's rate that a variable gets, or what of the network learns at all. Shares of
several parts are multiplied. The backbone and its levels are those of `suite.models.depth`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Switched


@dataclass(frozen=True, kw_only=True)
class Transfer(Switched):
    """share: from a variable's `suite.models.depth.Depth`, the epoch (from 0) and the part's numbers to its share of
    the rate, from 0 to 1, with Keras' operations; 1.0, Python's number, for what the part leaves alone.

    prepare: takes from a built network, given the `Depth` of its layers by name, what is not to learn.
    says: what a table's row says of it, from the recipe's values.
    """

    says: Callable[[Mapping[str, Any]], str]
    share: Callable[[Any, Any, Mapping[str, Any]], Any] | None = None
    prepare: Callable[[Any, Mapping[str, Any]], None] | None = None
