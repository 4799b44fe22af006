"""A worker that learns nothing: protocol, locks, checkpoints and results as of a real one, without Keras."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from suite.core.directories import CHECKPOINTS, HISTORY
from suite.core.durable import write_json
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.executors.worker import main
from suite.training import checkpoint
from suite.training.spec import RunSpec

EPOCH_SECONDS = 0.05
WEIGHTS = 1000


class Trivial:
    """Stands in the trainer's place. Accuracies are a function of the run's seeds and the epoch alone."""

    def train(
        self,
        spec: RunSpec,
        directory: Path,
        on_epoch: Callable[[dict[str, Any]], bool],
        on_passed_over: Callable[[str, int], None],
    ) -> dict[str, Any]:
        folder, identity = directory / CHECKPOINTS, spec.digest(spec.expected_data_hash or "", "trivial")
        found = checkpoint.latest(folder, identity)
        rows: list[dict[str, Any]] = found[1]["rows"] if found else []
        stopped = bool(rows) and on_epoch(rows[-1])
        while not stopped and len(rows) < spec.applied.epochs:
            time.sleep(EPOCH_SECONDS)
            rows.append(_row(spec, len(rows) + 1))
            checkpoint.commit(folder, len(rows), identity, {"weights": np.zeros(WEIGHTS)}, {"rows": rows})
            stopped = on_epoch(rows[-1])
        write_json(directory / HISTORY, rows)
        tested = {"test_accuracy": rows[-1]["val_accuracy"]} if spec.final else {}
        return {
            "outcome": Outcome.PRUNED if stopped else Outcome.COMPLETED,
            "epochs": len(rows),
            "val_accuracy": rows[-1]["val_accuracy"],
            "fingerprint": "trivial",
            "device_seconds": EPOCH_SECONDS * len(rows),
            **tested,
        }

    def evaluate(self, spec: RunSpec, directory: Path, copies: Sequence[Sequence[Any]]) -> None:
        """Nothing was learnt, and there are no weights."""
        raise Refusal(f"{directory} has no weights: nothing was learnt")

    def time(self, spec: RunSpec, directory: Path, busy_workers: int) -> None:
        """There is no network."""
        raise Refusal(f"{directory} has no network: nothing was learnt")


def _row(spec: RunSpec, epoch: int) -> dict[str, Any]:
    luck = np.random.default_rng([spec.seeds["initial"], epoch]).normal(0, 0.01)
    return {
        "epoch": epoch,
        "timestamp_ms": round(time.time() * 1000),
        "train_loss": 1 / epoch,
        "val_accuracy": float(np.clip(0.5 + 0.05 * epoch + luck, 0, 1)),
        "images_per_second": 1 / EPOCH_SECONDS,
        "learning_rate": 0.1,
    }


if __name__ == "__main__":
    main(Trivial)
