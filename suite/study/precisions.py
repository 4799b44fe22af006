"""`precision=auto`: for each candidate the quicker of two precisions, measured once, written down, and kept.

What is chosen is `precision.json` in the instance's folder, and a part of each run's identity. What was measured is
remembered by the workspace, for other instances with the same network, batches, processor and threads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from suite.config.candidate import AUTO
from suite.config.study import Study
from suite.core.durable import read_json, write_json
from suite.core.host import host
from suite.study.costs import Cost
from suite.study.ledger import Ledger
from suite.study.published import description
from suite.study.timing import Measured

FILE = "precision.json"
MEASURED = ("float32", "mixed_bfloat16")
"""What is tried; the first is taken where the other is not clearly quicker."""
LEAST_GAIN = 1.1
"""By how much another precision has to be quicker: rounds of a second tell no smaller difference."""

Chosen = Mapping[str, Any]
"""By candidate: `precision`, and `images_per_second` of each that was tried."""


def _memory(study: Study) -> Path:
    return study.workspace / "runs" / ".precision.json"


def kept(study: Study) -> Chosen:
    """What was chosen for an instance, or for the published runs that it takes over; empty before."""
    path = study.directory / FILE
    if path.exists():
        return dict(read_json(path))
    candidates = description(study).get("candidates", {})
    return {name: {"precision": one["precision"]} for name, one in candidates.items() if "precision" in one}


def applied(study: Study, chosen: Chosen) -> Study:
    """The study with the chosen precisions; float32 where none is chosen yet, which is before anything has trained."""
    return replace(
        study,
        candidates=tuple(
            replace(one, precision=chosen.get(one.name, {}).get("precision", MEASURED[0]))
            if one.precision == AUTO
            else one
            for one in study.candidates
        ),
    )


def unsettled(study: Study, chosen: Chosen) -> list[str]:
    """The candidates whose precision is to be measured; `study` is as it was asked."""
    return [one.name for one in study.candidates if one.precision == AUTO and one.name not in chosen]


def remembered(ledger: Ledger, names: Iterable[str]) -> dict[str, Any]:
    """What the workspace has measured of these candidates before."""
    path = _memory(ledger.study)
    known = read_json(path) if path.exists() else {}
    return {name: choice(known[key]) for name in names if (key := _key(ledger, name)) in known}


def choice(speeds: Mapping[str, float]) -> dict[str, Any]:
    """The precision for a candidate that trains so many images a second in each."""
    first = MEASURED[0]
    best = max(speeds, key=lambda name: speeds[name])
    chosen = best if speeds[best] >= LEAST_GAIN * speeds.get(first, 0.0) else first
    return {"precision": chosen, "images_per_second": dict(speeds)}


def remember(ledger: Ledger, found: Mapping[str, Mapping[str, Cost]]) -> dict[str, Any]:
    """Choose from what was measured, by precision and candidate, and let the workspace remember it."""
    path = _memory(ledger.study)
    known = read_json(path) if path.exists() else {}
    chosen = {}
    for name in found[MEASURED[0]]:
        speeds = {which: costs[name].images_per_second for which, costs in found.items() if name in costs}
        known[_key(ledger, name)] = speeds
        chosen[name] = choice(speeds)
    write_json(path, known)
    return chosen


def as_chosen(found: Mapping[str, Measured], chosen: Chosen) -> Measured:
    """Of what was measured in each precision, each candidate's costs in its own; none of one that failed in it."""
    costs = {
        name: found[one["precision"]].costs[name]
        for name, one in chosen.items()
        if one["precision"] in found and name in found[one["precision"]].costs
    }
    return replace(found[MEASURED[0]], costs=costs, failed={})


def keep(study: Study, chosen: Chosen) -> None:
    """Write down what was chosen, where that does not stand there yet."""
    path = study.directory / FILE
    if not path.exists() or read_json(path) != chosen:
        write_json(path, dict(chosen))


def _key(ledger: Ledger, name: str) -> str:
    """What a speed depends on."""
    candidate, data = ledger.candidates[name], ledger.dataset(name)
    return json.dumps(
        [
            candidate.architecture, dict(candidate.options), list(data.input_shape), candidate.recipe.batch_size,
            ledger.study.backend, host()["cpu"], ledger.threads, ledger.study.workers,
        ],
        sort_keys=True,
    )  # fmt: skip


def line(study: Study, chosen: Chosen) -> str:
    """What each candidate trains in, as people read it: `mixed_bfloat16: resnet20 (1.42 times), ...`."""
    said: dict[str, list[str]] = {}
    for one in study.candidates:
        speeds = chosen.get(one.name, {}).get("images_per_second", {})
        other = [speed for which, speed in speeds.items() if which != one.precision]
        gain = f" ({speeds[one.precision] / max(other):.2f} times the other's speed)" if other else ""
        said.setdefault(one.precision, []).append(f"{one.name}{gain}")
    return "; ".join(f"{which}: {', '.join(names)}" for which, names in said.items())
