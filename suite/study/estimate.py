"""How long a plan will take, from multiply-adds and the speed that this machine last showed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from suite import models
from suite.durable import read_json, write_json
from suite.study.ledger import Ledger
from suite.study.records import RunKey

FIRST_GUESS = 1.5e10  # multiply-adds of forward passes a second while training, on a few laptop cores
LEAST_IMAGE_SECONDS = 5e-5  # a tiny network is bound by the loop around it, not by its multiply-adds
OVERHEAD_SECONDS = 3.0  # of a run: evaluation, commits
TRACING_SECONDS = 10.0  # of a candidate: building and tracing its graph
START_SECONDS = 15.0
PRUNED = 0.6  # the share of a search's epochs that successive halving leaves to train


def speed_file(workspace: Path) -> Path:
    return workspace / "runs" / ".speed.json"


def remember_speed(workspace: Path, result: dict[str, Any]) -> None:
    """Keep the speed of a run for later estimates, by architecture and overall."""
    if not result.get("images_per_second") or not result.get("macs"):
        return
    path = speed_file(workspace)
    speeds = read_json(path) if path.exists() else {}
    speed = result["images_per_second"] * result["macs"]
    speeds["last"] = speed
    speeds.setdefault("architectures", {})[_name(result["architecture"], result["precision"], result["backend"])] = (
        speed
    )
    write_json(path, speeds)


def estimate_seconds(ledger: Ledger, keys: list[RunKey]) -> tuple[float, bool]:
    """Seconds that runs will take, and whether this machine was ever measured (else it is a first guess)."""
    study = ledger.study
    path = speed_file(study.workspace)
    speeds: dict[str, Any] = read_json(path) if path.exists() else {}
    total = START_SECONDS + TRACING_SECONDS * len({key.candidate for key in keys}) if keys else 0.0
    for key in keys:
        candidate, dataset = ledger.candidates[key.candidate], ledger.dataset(key.candidate)
        macs = models.estimate_macs(
            candidate.architecture, dataset.input_shape, len(dataset.class_names), dict(candidate.options)
        )
        name = _name(candidate.architecture, study.precision, study.backend)
        speed = speeds.get("architectures", {}).get(name) or speeds.get("last") or FIRST_GUESS
        recipe = ledger.spec(key, {}).recipe
        images = recipe.epochs * len(dataset.train) * (PRUNED if key.phase == "search" and key.number else 1.0)
        total += OVERHEAD_SECONDS + images * max((macs or 1e8) / speed, LEAST_IMAGE_SECONDS)
    return total / study.workers, bool(speeds)


def _name(architecture: str, precision: str, backend: str) -> str:
    return f"{architecture}/{precision}/{backend}"


def clock(seconds: float) -> str:
    """Seconds as people say them: `40 s`, `12 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"
