"""What papers and well-known repositories report, each with its condition and its source (`published.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

VARIANTS = "variants"
"""Key of an entry of the file: what its options make of it, where that is published under another name."""


def published(name: str) -> dict[str, Any]:
    """What was published about an architecture; empty for one that has no entry.

    paper: {title, authors, venue, arxiv}; params, params_text, params_source: the count as published and as an exact
    number; difference: why the one is not the other, rounded; errors: [{dataset, top1_error, top5_error, condition,
    models, split, source}], percentages, the best comparable one (one network, fewest crops) first; notes: sentences. A
    missing key means that no source was found.
    """
    return {key: value for key, value in _all().get(name, {}).items() if key != VARIANTS}


def variant(name: str, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """The net of another name that these options make of an architecture, or None.

    options: those that make it; name: an architecture's, or the paper's, and then errors and notes as above.
    """
    for entry in _all().get(name, {}).get(VARIANTS, []):
        if entry["options"].items() <= options.items():
            return dict(entry)
    return None


@cache
def _all() -> dict[str, dict[str, Any]]:
    import yaml

    text = resources.files(__package__).joinpath("published.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {})
