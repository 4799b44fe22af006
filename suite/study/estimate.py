"""How long a plan will take, from multiply-adds and the speed that this machine last showed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite import models
from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from suite.core.result import Result
from suite.study.ledger import Ledger
from suite.study.plan import train_examples

FIRST_GUESS = 5e9  # multiply-adds of forward passes a second while training a small network on two cores
UNKNOWN_MACS = 1e8  # of an architecture from another package, until it was trained once
LEAST_IMAGE_SECONDS = 5e-5  # a tiny network is bound by the loop around it, not by its multiply-adds
FORWARD = 1 / 3  # of the time that training takes for an image, to judge it: the way back takes twice the way there
OVERHEAD_SECONDS = 3.0  # of a run: commits
TRACING_SECONDS = 10.0  # of a candidate: building and tracing its graph
START_SECONDS = 15.0
PRUNED = 0.9  # the share of a search's epochs that pruning leaves to train (suite.bench.search)


def speed_file(workspace: Path) -> Path:
    return workspace / "runs" / ".speed.json"


def known_speeds(workspace: Path) -> dict[str, Any]:
    """What runs in a workspace have shown, empty before the first."""
    path = speed_file(workspace)
    return dict(read_json(path)) if path.exists() else {}


def remember_speed(workspace: Path, result: Result) -> None:
    """Keep the speed of a run for later estimates: of its architecture and, if it is one of ours, for all others.

    Another package's multiply-adds are kept with it, of the size that ran last: only a built net tells them.
    """
    if not result.images_per_second or not result.macs:
        return
    if result.recipe.get("freeze") or result.recipe.get("loss") == "distillation":
        return  # no measure of others: half the work, or a second network's beside it
    speeds = known_speeds(workspace)
    speed, architecture = result.images_per_second * result.macs, result.architecture
    name = _name(architecture, result.precision, result.backend)
    if models.training_speed(architecture):
        speeds["last"], speeds["last_architecture"] = speed, architecture
    else:
        speeds.setdefault("macs", {})[name] = result.macs
    speeds.setdefault("architectures", {})[name] = speed
    write_json(speed_file(workspace), speeds)


@dataclass(frozen=True)
class Estimate:
    """Seconds that each run of a plan is expected to take, and whether this machine was ever measured."""

    runs: dict[RunKey, float]
    workers: int
    measured: bool

    @property
    def seconds(self) -> float:
        """Wall time of the whole: starting, tracing each candidate once, the runs shared among the workers."""
        if not self.runs:
            return 0.0
        tracing = TRACING_SECONDS * len({key.candidate for key in self.runs})
        return START_SECONDS + (tracing + sum(self.runs.values())) / self.workers


def estimate(ledger: Ledger, keys: list[RunKey]) -> Estimate:
    """What training `keys` will take."""
    speeds = known_speeds(ledger.study.workspace)
    return Estimate({key: _run_seconds(ledger, key, speeds) for key in keys}, ledger.study.workers, bool(speeds))


def _run_seconds(ledger: Ledger, key: RunKey, speeds: dict[str, Any]) -> float:
    study, dataset = ledger.study, ledger.dataset(key.candidate)
    spec = ledger.spec(key, {})
    epochs = spec.recipe.epochs * (PRUNED if key.phase == "search" and key.number else 1.0)
    trained = epochs * train_examples(dataset, spec.train_on_validation)
    judged = 0.0 if spec.train_on_validation else max(epochs, 1.0) * len(dataset.validation)
    if spec.final:
        rounds = spec.applied.rounds(train_examples(dataset, spec.train_on_validation))
        judged += len(dataset.test) * study.evaluation.tests(rounds)
    return OVERHEAD_SECONDS + (trained + FORWARD * judged) * image_seconds(ledger, key.candidate, speeds)


def image_seconds(ledger: Ledger, name: str, speeds: Mapping[str, Any]) -> float:
    """What a candidate takes to train on one image, by the speeds that are known."""
    study, candidate, dataset = ledger.study, ledger.candidates[name], ledger.dataset(name)
    macs = models.estimate_macs(
        candidate.architecture, dataset.input_shape, len(dataset.class_names), dict(candidate.options)
    )
    known = _name(candidate.architecture, candidate.precision, study.backend)
    macs = macs or speeds.get("macs", {}).get(known, UNKNOWN_MACS)
    speed = speeds.get("architectures", {}).get(known) or _unmeasured_speed(candidate.architecture, speeds)
    return float(max(macs / speed, LEAST_IMAGE_SECONDS))


def _unmeasured_speed(architecture: str, speeds: Mapping[str, Any]) -> float:
    """Of an architecture that this workspace has not trained: its family's pinned speed, by what was measured last.

    Multiply-adds a second differ tenfold between families on one machine: dense products are quick, grouped
    convolutions slow.
    """
    pinned, last = models.training_speed(architecture), speeds.get("last")
    if not last:
        return pinned or FIRST_GUESS
    reference = models.training_speed(speeds.get("last_architecture", ""))
    return float(last * pinned / reference if pinned and reference else last)


def _name(architecture: str, precision: str, backend: str) -> str:
    return f"{architecture}/{precision}/{backend}"


def clock(seconds: float) -> str:
    """Seconds as people say them: `40 s`, `12 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"
