"""What is commonly quoted about architectures, and what it really is, each with its source (`errata.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any


def errata(names: Iterable[str]) -> list[dict[str, Any]]:
    """The entries that concern any of these architectures, in the file's order; none for a name that nobody misquotes.

    architectures: the names that an entry concerns; quoted: what is commonly said; really: what the source says;
    source. All but the first are text.
    """
    wanted = set(names)
    return [dict(entry) for entry in _all() if wanted & set(entry["architectures"])]


@cache
def _all() -> list[dict[str, Any]]:
    import yaml

    text = resources.files(__package__).joinpath("errata.yaml").read_text(encoding="utf-8")
    return list(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or [])
