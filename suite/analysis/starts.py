"""Candidates that start from weights: what their rows say of it, and what those weights cost and have seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.analysis.reading import Records
from suite.analysis.units import duration
from suite.core.hardware import kind


def note(described: Mapping[str, Any]) -> str:
    """`from pretrain/resnet20: backbone frozen`, of a candidate as in study.json; empty for random weights."""
    start = described.get("starts_from")
    return f"from {start['weights']}: {', '.join(start['says'])}" if start else ""


def sentences(records: Records) -> list[tuple[str, str]]:
    """What the weights cost and have seen, as terms and sentences; none where all start at random."""
    found: dict[str, list[str]] = {}
    for name, candidate in records.study["candidates"].items():
        start = candidate.get("starts_from")
        if start:
            found.setdefault(_whose(start), []).append(name)
    return [("Starting weights", " ".join(f"{_and(names)} {text}" for text, names in found.items()))] if found else []


def _whose(start: Mapping[str, Any]) -> str:
    """What follows the names of the candidates that start so."""
    source = start["weights"]
    if source == "imagenet":
        return "from keras.applications' ImageNet weights, whose training is not counted here."
    if "training" not in start:
        return f"from {source}, which is not there yet."
    each = "" if "@" in source else ", final run k from its final run k"
    leakage = f" Leakage: {start['leakage']}." if "leakage" in start else ""
    return f"from {source}{each}, whose training took {_cost(start['training'])}.{leakage}"


def _cost(training: Mapping[str, Any]) -> str:
    """`12 min of CPU time for each run (5 epochs of 45,000 images of cifar10)`."""
    clock = f"{kind(str(training.get('device') or ''))} time"
    searched = f", after a search of {duration(training['search_seconds'])}" if training["search_seconds"] else ""
    images = f"{training['train_examples']:,} images" if training.get("train_examples") else "images"
    seen = f"{training['epochs']} epochs of {images} of {training['dataset']}"
    return f"{duration(training['device_seconds'])} of {clock} for each run ({seen}){searched}"


def _and(names: list[str]) -> str:
    """`a starts`, `a and b start`, `a, b and c start`."""
    together = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"{together} start{'s' if len(names) == 1 else ''}"
