"""What papers say about an architecture: a published error never stands without its condition and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IMAGENET = "imagenet"


@dataclass(frozen=True)
class PublishedError:
    """One published error, a fraction, how it was measured, and who says so."""

    error: float
    condition: str
    source: str


@dataclass(frozen=True)
class Erratum:
    """What is commonly quoted about some of a report's architectures, what it really is, and who says so."""

    architectures: tuple[str, ...]
    quoted: str
    really: str
    source: str


def parameters(facts: Mapping[str, Any]) -> str:
    """The published parameter count as its source writes it; empty where none is known."""
    published = facts.get("published") or {}
    exact = published.get("params")
    return str(published.get("params_text") or (f"{exact:,}" if exact else ""))


def errors(facts: Mapping[str, Any], dataset: str, metric: str) -> list[PublishedError]:
    """The published errors on a data set, the one that compares best first: one network, fewest crops.

    `metric` is `top1` or `top5`. The order is that of the facts.
    """
    entries = (facts.get("published") or {}).get("errors") or []
    return [
        PublishedError(float(entry[f"{metric}_error"]) / 100, _condition(entry), str(entry.get("source") or ""))
        for entry in entries
        if entry["dataset"] == dataset and entry.get(f"{metric}_error") is not None
    ]


def errata(facts: Mapping[str, Mapping[str, Any]]) -> list[Erratum]:
    """What is often misquoted about any of the architectures, each quotation once, with those that it concerns.

    `facts` are a report's, by architecture. Folders that were collected before there were errata have none.
    """
    entries = {entry["quoted"]: entry for known in facts.values() for entry in known.get("errata") or []}
    return [
        Erratum(
            tuple(name for name in facts if name in entry["architectures"]), quoted, entry["really"], entry["source"]
        )
        for quoted, entry in entries.items()
    ]


def _condition(entry: Mapping[str, Any]) -> str:
    """`1-crop, val`, with the number of networks where they were several."""
    models = int(entry.get("models") or 1)
    parts = [str(entry.get("condition") or "condition not stated"), f"{models} networks" if models > 1 else ""]
    return ", ".join(part for part in [*parts, str(entry.get("split") or "")] if part)
