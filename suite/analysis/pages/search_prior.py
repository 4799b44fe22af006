"""What searches began with that went by earlier ones (`search.prior`), from a study's description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.analysis.folder.settings import pairs


def sentence(study: Mapping[str, Any]) -> str:
    """What the second trials went by; empty where there was no prior."""
    if study.get("search_prior") is None:
        return ""
    candidates = study["candidates"].values()
    points = {pairs(candidate.get("begins") or {}) for candidate in candidates}
    kinds = {candidate["begins_as"] for candidate in candidates if "begins_as" in candidate}
    others = "" in points and len(points) > 1
    known = "; ".join(sorted(points - {""}))
    count = sum(len(found["of"]) for kind, found in study["search_prior"].items() if kind in kinds)
    if not known:
        return (
            " The second was to be what earlier studies of the workspace had selected, which had none of these kinds."
        )
    return (
        f" The second is what {count} earlier searches of the workspace selected for networks of a kind ({known}), the "
        f"same for all of that kind{'; of the others nothing was known' if others else ''}: this is no comparison of "
        "tuning itself."
    )
