"""A report's folder of as many runs as one likes, written at once: no run ever had a directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from suite import tasks
from suite.analysis.folder.collect import runs_csv
from suite.core import directories
from suite.core.directories import RunKey
from suite.core.durable import write_json, write_text
from suite.core.planning import described
from suite.core.result import columns
from suite.records import hashes, identities
from suite.records.layout import FACTS, RECORDS, RUNS
from tests.analysis.conftest import description

IMAGES, EPOCHS = 1000, 10


def folder_of(folder: Path, candidates: int, trials: int, seeds: int) -> int:
    """Write the records of a study of that size; returns how many runs it has."""
    study = description(trials=trials, seeds=seeds, claims=[])
    first = study["candidates"]["resnet20"]
    names = [f"net{number:03d}" for number in range(candidates)]
    study["candidates"] = {name: {**first, "options": {"width": 1 + n / 1000}} for n, name in enumerate(names)}
    metrics = tasks.get("classification").metrics
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, IMAGES)
    rows, arrays = [], {"labels": labels.astype(np.int32)}
    for key in described(study):
        rows.append(_row(study, key, rng))
        arrays |= {f"{key}/{name}": array for name, array in _curves(rng).items()}
        if key.phase == "final":
            wrong = rng.random(IMAGES) < 0.1
            predicted = np.where(wrong, (labels + 1) % 10, labels).astype(np.int32)
            kept = {"predicted": predicted, "confidence": rng.random(IMAGES).astype(np.float16), "top5_hit": ~wrong}
            arrays |= {f"{key}/{name}": array for name, array in kept.items()}
            rows[-1]["test_accuracy"] = float((predicted == labels).mean())
    folder.mkdir(parents=True)
    write_json(folder / directories.STUDY, study)
    session = {"started_at": 1000.0, "ended_at": 1400.0, "wall_seconds": 400.0, "start_seconds": 12.0}
    write_text(folder / directories.SESSIONS, json.dumps(session) + "\n")
    write_json(folder / FACTS, {})
    write_text(folder / RUNS, runs_csv(rows, columns(metrics)))
    np.savez(folder / RECORDS, **arrays)  # type: ignore[arg-type]
    asked = {"architecture": "resnet20", "recipe": first["recipe"], "data": first["data"]}
    runs = [RunKey(row["candidate"], row["track"], row["phase"], row["number"]) for row in rows]
    identities.write(folder, {str(key): {**asked, "seeds": {"initial": n}} for n, key in enumerate(runs)})
    hashes.write(folder)
    return len(rows)


def _row(study: dict[str, Any], key: RunKey, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "study": study["study"], "instance": study["instance"], **vars(key), "architecture": "resnet20",
        "seed": 1000 + key.number, "attempts": 1, "outcome": "completed", "options": {},
        "recipe": study["candidates"][key.candidate]["recipe"], "parameters": {"learning_rate": rng.uniform(0.01, 0.5)},
        "dataset": "cifar10", "data_hash": "c0ffee", "train_examples": 900, "epochs": EPOCHS, "batch_size": 128,
        "backend": "tensorflow", "precision": "float32", "device": "A processor (2 cores)", "params": 271_098,
        "trainable_params": 269_722, "macs": 40.6e6, "val_accuracy": rng.uniform(0.8, 0.9), "test_loss": rng.random(),
        "device_seconds": 12.0 + rng.random(), "images_per_second": 300.0, "started_at": 1000.0, "ended_at": 1020.0,
        "commit": "0a1b2c3", "versions": {"keras": "3.15.1"}, "task": "classification", "threads": 2,
        "deterministic": True,
    }  # fmt: skip


def _curves(rng: np.random.Generator) -> dict[str, np.ndarray]:
    epochs = np.arange(1, EPOCHS + 1, dtype=np.float32)
    falling = (0.1 + 0.4 / epochs + 0.01 * rng.random(EPOCHS)).astype(np.float32)
    return {
        "epoch": epochs, "train_loss": 2 * falling, "train_accuracy": 1 - falling, "val_loss": 2.2 * falling,
        "val_accuracy": 1 - falling, "learning_rate": 0.1 / epochs,
    }  # fmt: skip
