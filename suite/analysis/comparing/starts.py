"""Candidates that start from weights: what their rows say of it, and what those weights cost and have seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.analysis.folder.reading import Records
from suite.analysis.units import duration
from suite.core.hardware import kind


def note(described: Mapping[str, Any]) -> str:
    """`from pretrain/resnet20: backbone frozen`, of a candidate as in study.json; empty for random weights."""
    start, teacher = described.get("starts_from"), described.get("learns_from")
    texts = [f"from {start['source']}: {', '.join(start['says'])}"] if start else []
    return "; ".join([*texts, *([f"taught by {teacher['source']}"] if teacher else [])])


def sentences(records: Records) -> list[tuple[str, str]]:
    """What weights and teachers cost and have seen, as terms and sentences; none where there are none."""
    sections = (("Starting weights", "starts_from", "start"), ("Teachers", "learns_from", "learn"))
    found = [(term, _section(records.study, section, verb)) for term, section, verb in sections]
    return [(term, text) for term, text in found if text]


def _section(study: Mapping[str, Any], section: str, verb: str) -> str:
    """`a and b start from ...`, a sentence for each source."""
    found: dict[str, list[str]] = {}
    for name, candidate in study["candidates"].items():
        if section in candidate:
            found.setdefault(_whose(candidate[section]), []).append(name)
    return " ".join(f"{_and(names)} {verb}{'s' if len(names) == 1 else ''} {text}" for text, names in found.items())


def _whose(told: Mapping[str, Any]) -> str:
    """What follows the names of the candidates that start, or learn, so."""
    source = told["source"]
    leakage = f" Leakage: {told['leakage']}." if "leakage" in told else ""
    if source == "imagenet":
        return f"from keras.applications' ImageNet weights, whose training is not counted here.{leakage}"
    if "training" not in told:
        return f"from {source}, which is not there yet."
    each = "" if "@" in source else ", final run k from its final run k"
    return f"from {source}{each}, whose training took {_cost(told['training'])}.{leakage}"


def _cost(training: Mapping[str, Any]) -> str:
    """`12 min of CPU time for each run (5 epochs of 45,000 images of cifar10)`."""
    clock = f"{kind(str(training.get('device') or ''))} time"
    searched = f", after a search of {duration(training['search_seconds'])}" if training["search_seconds"] else ""
    images = f"{training['train_examples']:,} images" if training.get("train_examples") else "images"
    seen = f"{training['epochs']:.3g} epochs of {images} of {training['dataset']}"
    return f"{duration(training['device_seconds'])} of {clock} for each run ({seen}){searched}"


def _and(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
