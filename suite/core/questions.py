"""What a study asks of its candidates, as `seeds=auto` sees it: between who judges and who gives seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One comparison of a track that further seeds may decide."""

    text: str
    track: str
    sides: tuple[str, ...]  # the candidates: two, or more where gaps are compared
    seeds: int  # that all of them have, and that were looked at
    open: bool
    says: str  # what is known so far, or why it cannot be looked at
    chances: Mapping[int, float]
    """By number of seeds of each, more than now: how probable it is that so many decide it, 0 to 1. Empty where no
    number of seeds can."""
