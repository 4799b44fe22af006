"""Every architecture as the site tells it: what it is, what was counted, what papers say, what the studies measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.analysis.site.studies import Row, Study
from suite.analysis.table import headings, literature
from suite.analysis.units import MISSING, plain, scaled, whole
from suite.models.facts import golden, of
from suite.models.facts.errata import errata

WORDS = {"bool": "true or false", "int": "whole number", "float": "number", None: "anything"}


@dataclass(frozen=True)
class Architecture:
    """One architecture. facts: terms and sentences; counts, errors, misquoted: rows of strings, headings first; layers:
    its trace as rows of strings, without one None; results: its rows in the published studies."""

    name: str
    family: str
    year: str
    depth: str
    innovation: str
    params: str
    published: str
    macs: str
    images: str
    facts: list[tuple[str, str]]
    notes: list[str]
    counts: list[list[str]]
    errors: list[list[str]]
    misquoted: list[list[str]]
    layers: list[list[str]] | None
    results: list[Row]


Layers = Mapping[str, Sequence[Sequence[str]]]
"""The layer traces by architecture, headings first."""


def all_of(studies: Iterable[Study], layers: Layers) -> list[Architecture]:
    """Every architecture of the package, in the lineage's order."""
    rows = [row for study in studies for row in study.rows]
    return [
        _architecture(name, [row for row in rows if row.architecture == name], layers.get(name))
        for name in golden.lines()
    ]


def _architecture(name: str, results: list[Row], layers: Sequence[Sequence[str]] | None) -> Architecture:
    known = of(name)
    return Architecture(
        name=name,
        family=str(known["family"]),
        year=plain(known["year"]),
        depth=plain(known["depth"]),
        innovation=plain(known["key_innovation"]),
        params=whole(known["trainable_params"]),
        published=literature.parameters(known) or MISSING,
        macs=scaled(known["macs"]),
        images=_images(known),
        facts=_facts(known),
        notes=[str(note) for note in known["published"].get("notes") or []],
        counts=_counts(name),
        errors=_errors(known),
        misquoted=_misquoted(name),
        layers=None if layers is None else [list(row) for row in layers],
        results=results,
    )


def _images(counted: Mapping[str, Any]) -> str:
    return "×".join(map(str, counted["input_shape"])) + f", {counted['num_classes']:,} classes"


def _facts(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    published, paper = known["published"], known["published"].get("paper") or {}
    arxiv = f"arXiv:{paper['arxiv']}" if paper.get("arxiv") else ""
    counted = literature.parameters(known)
    source = str(published.get("params_source") or "")
    options = "; ".join(f"{name} ({_kind(kind)})" for name, kind in known["options"].items())
    facts = [
        ("Paper", ". ".join(str(text) for text in (paper.get("authors"), paper.get("title")) if text)),
        ("Where", ", ".join(str(text) for text in (paper.get("venue"), arxiv) if text)),
        ("Published parameters", f"{counted} ({source})" if counted and source else counted),
        ("Why ours differ", str(published.get("difference") or "")),
        ("Smallest images", f"{known['min_size']}×{known['min_size']}"),
        ("Options", options),
    ]
    return [(term, text) for term, text in facts if text]


def _kind(kind: Any) -> str:
    return " or ".join(map(str, kind)) if isinstance(kind, list) else WORDS[kind]


def _counts(name: str) -> list[list[str]]:
    heads = ["Images", headings.PARAMETERS, headings.OF["params"], headings.MACS]
    return [
        heads,
        *(
            [_images(line), whole(line["trainable_params"]), whole(line["params"]), scaled(line["macs"])]
            for line in golden.lines()[name]["counts"]
        ),
    ]


def _errors(known: Mapping[str, Any]) -> list[list[str]]:
    """Published errors; never one without its condition."""
    entries = known["published"].get("errors") or []
    rows = [
        [
            str(entry["dataset"]),
            _percent(entry.get("top1_error")),
            _percent(entry.get("top5_error")),
            str(entry.get("condition") or "not stated"),
            str(entry.get("models") or MISSING),
            str(entry.get("split") or MISSING),
            str(entry.get("source") or MISSING),
        ]
        for entry in entries
    ]
    return [["Data", "Top-1 error", "Top-5 error", "Condition", "Networks", "Images of", "Source"], *rows]


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{value:g}%"


def _misquoted(name: str) -> list[list[str]]:
    rows = [[entry["quoted"], entry["really"], entry["source"]] for entry in errata([name])]
    return [["Commonly quoted", "What it really is", "Source"], *rows]
