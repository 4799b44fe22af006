"""What papers and well-known repositories report, each with its condition and its source (`published.yaml`)."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any


def published(name: str) -> dict[str, Any]:
    """What was published about an architecture; empty for one that has no entry.

    paper: {title, authors, venue, arxiv}; params, params_text, params_source: the count as published and as an exact
    number; difference: why the one is not the other, rounded; errors: [{dataset, top1_error, top5_error, condition,
    models, split, source}], percentages, the best comparable one (one network, fewest crops) first; notes: sentences. A
    missing key means that no source was found.
    """
    return dict(_all().get(name, {}))


@cache
def _all() -> dict[str, dict[str, Any]]:
    import yaml

    text = resources.files(__package__).joinpath("published.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {})
