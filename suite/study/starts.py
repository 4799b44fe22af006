"""What is told of the weights that candidates start from: whose they are, what they cost, what was seen before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from suite.config.candidate import Candidate
from suite.core.directories import RunKey, run_directories
from suite.core.result import read_result
from suite.models import PRETRAINED
from suite.study import leakage
from suite.study.ledger import Ledger
from suite.study.plan import finals_of
from suite.training.origin import Origin


def told(ledger: Ledger, candidate: Candidate) -> dict[str, dict[str, Any]]:
    """What a report says of a candidate's source of weights as `starts_from`, and of its teacher as `learns_from`.

    source: as the study names it. says: what learns of the weights. runs: those that final runs take, as far as they
    are there. training: what these took, in the mean: dataset, epochs, images, seconds on the device and of their
    search. leakage: what there is to say of test images that they, or what they started from, were trained on; leaked:
    how many those are.
    """
    found: dict[str, dict[str, Any]] = {}
    published = candidate.options.get(PRETRAINED)
    if candidate.weights is not None or published:
        found["starts_from"] = {"source": str(candidate.weights or published), "says": learning(candidate)}
    if published:
        found["starts_from"]["leakage"] = leakage.UNKNOWN_IMAGENET
    if candidate.teacher is not None:
        found["learns_from"] = {"source": str(candidate.teacher)}
    for name, section in (("weights", "starts_from"), ("teacher", "learns_from")):
        origins = dict(_origins(ledger, candidate, name))
        if origins:
            found[section]["runs"] = list(origins)
            found[section]["training"] = _training([Path(origin.directory) for origin in origins.values()])
            found[section] |= leakage.told(ledger, candidate, next(iter(origins.values())))
    return found


def learning(candidate: Candidate) -> list[str]:
    """What of the weights learns, and how fast: phrases for a table's row."""
    used, values = candidate.recipe.of("transfer"), candidate.recipe.as_mapping()
    found = [part.says(values) for part in used]
    if not any(part.name in ("feature_extraction", "unfreezing", "backbone_rate", "layer_decay") for part in used):
        found.insert(0, "all at the full rate")
    return found if any("statistics" in text for text in found) else [*found, "batch-norm statistics followed"]


def _origins(ledger: Ledger, candidate: Candidate, name: str) -> Iterator[tuple[str, Origin]]:
    for track in ledger.study.tracks:
        for number in range(finals_of(ledger.study, candidate.name, track)):
            origin = ledger.sources.origins(RunKey(candidate.name, track, "final", number)).get(name)
            if origin is not None:
                yield origin.run, origin


def _training(directories: list[Path]) -> dict[str, Any]:
    """What final runs took, in the mean, and the search before them in all."""
    results = [result for path in directories if (result := read_result(path)) is not None]
    first, count = results[0], len(results)
    candidate = directories[0].parents[1]
    searched = [
        result.device_seconds or 0.0
        for key, path in run_directories(candidate.parents[1])
        if (key.candidate, key.track, key.phase) == (first.candidate, first.track, "search")
        and (result := read_result(path)) is not None
    ]
    return {
        "dataset": first.dataset,
        "architecture": first.architecture,
        "epochs": first.epochs,
        "train_examples": first.train_examples,
        "device": first.device,
        "device_seconds": sum(result.device_seconds or 0.0 for result in results) / count,
        "search_seconds": sum(searched),
    }
