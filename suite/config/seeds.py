"""How many seeds: one number for all, or `auto`, which goes on where more of them decide something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.config.checks import count, mapping
from suite.core.refusals import Refusal

FIRST, MOST = 3, 10
"""Seeds that every candidate has under `auto`, and the most that any gets where a study says nothing else."""


def seeds_from(value: Any) -> tuple[int, int | None]:
    """The seeds of every candidate, and the most of any; None where all have the same number. Raises Refusal."""
    if value == "auto":
        return FIRST, MOST
    if isinstance(value, Mapping):
        value = mapping("seeds", value, ("auto", "most"))
        if value.get("auto", True) is not True:
            raise Refusal(f"seeds.auto={value['auto']}: expected true; a fixed number is typed as seeds=5")
        return FIRST, count("seeds.most", value.get("most", MOST), least=FIRST + 1)
    if isinstance(value, str):
        raise Refusal(f"seeds={value}: expected a whole number, auto, or {{auto: true, most: 6}}")
    return count("seeds", value), None
