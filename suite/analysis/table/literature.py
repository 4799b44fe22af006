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

    `facts` are a report's, by architecture and options; "as" names the network that these make. Folders that were
    collected before there were errata have none.
    """
    names = list(dict.fromkeys(known.get("as") or name for name, known in facts.items()))
    entries = {entry["quoted"]: entry for known in facts.values() for entry in known.get("errata") or []}
    return [
        Erratum(
            tuple(name for name in names if name in entry["architectures"]), quoted, entry["really"], entry["source"]
        )
        for quoted, entry in entries.items()
    ]


def columns(
    facts: Mapping[str, Any], data: Mapping[str, Any], described: Mapping[str, Any], comparable: bool = True
) -> dict[str, Any]:
    """What papers report, with a caution where the candidate is not built as the papers' network was.

    comparable: whether the study measures what the papers' errors are of; these are left out otherwise.
    """
    known_as = facts.get("as") or described["architecture"]
    caution = f"{known_as} as published" if described.get("options") else ""
    count = parameters(facts)
    of_whom = "; ".join(part for part in (caution, _counted_at(facts, data)) if part)
    row: dict[str, Any] = {"params_published": f"{count} ({of_whom})" if count and of_whom else count}
    here = errors(facts, data["name"], "top1") if comparable else []
    for name, found in (
        ("published", here),
        ("published_top5", errors(facts, IMAGENET, "top5") if comparable else []),
    ):
        if found:
            row[f"{name}_error"] = found[0].error
            row[f"{name}_condition"] = ", ".join(part for part in (caution, found[0].condition) if part)
            row[f"{name}_source"] = found[0].source
    row["published_others"] = ", ".join(f"{100 * other.error:.3g}% ({other.condition})" for other in here[1:])
    return row


def _counted_at(facts: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """The images and classes that a published parameter count is for, where this study has others."""
    shape, classes = facts.get("input_shape"), facts.get("num_classes")
    if not shape or (list(shape) == list(data["input_shape"]) and classes == len(data["class_names"])):
        return ""
    return f"at {'×'.join(map(str, shape))}, {classes:,} classes"


def _condition(entry: Mapping[str, Any]) -> str:
    """`1-crop, val`, with the number of networks where they were several."""
    models = int(entry.get("models") or 1)
    parts = [str(entry.get("condition") or "condition not stated"), f"{models} networks" if models > 1 else ""]
    return ", ".join(part for part in [*parts, str(entry.get("split") or "")] if part)
