"""A fabricated store: the run directories of a study that never trained, with plausible results."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite import tasks
from suite.analysis import rendering
from suite.core import directories
from suite.core.durable import write_json
from suite.core.result import columns

ERRORS = {"resnet20": 0.10, "plain20": 0.14, "lenet5": 0.40}
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def description(**changes: Any) -> dict[str, Any]:
    """A study.json with three candidates."""
    recipe = {"name": "he2015", "optimizer": "sgd", "learning_rate": 0.1, "epochs": 4, "batch_size": 128}
    data = {"name": "cifar10", "train_examples": 900, "split_seed": 0, "hash": "c0ffee"}
    study = {
        "study": "fabricated",
        "instance": "cifar10-laptop-tensorflow-float32",
        "title": "Shortcuts or none",
        "question": "Do shortcuts help at twenty layers?",
        "paper": "He et al. 2015, arXiv:1512.03385",
        "dataset": "cifar10",
        "budget": "laptop",
        "backend": "tensorflow",
        "precision": "float32",
        "axes": ["architecture"],
        "tracks": ["tuned"],
        "seeds": 3,
        "trials": 4,
        "limit": None,
        "candidates": {
            name: {"architecture": name, "options": {}, "recipe": dict(recipe), "data": dict(data)} for name in ERRORS
        },
        "claims": [
            {
                "text": "Shortcuts make twenty layers better.",
                "source": "He et al. 2015",
                "better": "resnet20",
                "than": "plain20",
                "metric": "test_accuracy",
                "margin": 0.0,
            }
        ],
        "data": {
            "name": "cifar10",
            "hash": "0123456789abcdef" * 4,
            "notes": [],
            "train": 900,
            "validation": 100,
            "test": 400,
            "class_names": list(CLASSES),
            "input_shape": [32, 32, 3],
        },
        "state": "finished",
        "reason": None,
        "stamp": None,
        "host": {"cpu": "A processor", "cores": 2, "accelerator": None},
        "versions": {"keras": "3.15.1", "tensorflow": "2.21.0"},
    }
    return {**study, **changes}


def small(**changes: Any) -> dict[str, Any]:
    """A study.json of two candidates with one final run each: quick to render."""
    study = description(tracks=["shared"], seeds=1, trials=0, **changes)
    del study["candidates"]["plain20"]
    return study | {"claims": []}


class Store:
    """Writes what a coordinator and its workers would have written."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.labels = np.random.default_rng(0).integers(0, len(CLASSES), 400)

    def instance(self, study: dict[str, Any]) -> Path:
        return directories.instance_directory(self.workspace, study["study"], study["instance"])

    def describe(self, study: dict[str, Any], started_at: float = 1000.0) -> Path:
        instance = self.instance(study)
        write_json(instance / directories.STUDY, study)
        session = {"started_at": started_at, "ended_at": started_at + 400, "wall_seconds": 400.0, "start_seconds": 12.0}
        (instance / directories.SESSIONS).write_text(json.dumps(session) + "\n", encoding="utf-8")
        return instance

    def run(self, study: dict[str, Any], key: directories.RunKey, finished: bool = True, **changes: Any) -> Path:
        """One run; `changes` to its result, `error` for the error rate of its predictions."""
        directory = self.instance(study) / key.path
        write_json(directory / directories.RUN, {"architecture": key.candidate})
        if not finished:
            return directory
        error = changes.pop("error", ERRORS.get(key.candidate, 0.2))
        rng = np.random.default_rng([list(ERRORS).index(key.candidate), key.phase == "final", key.number])
        epochs = [self._epoch(epoch, error, rng) for epoch in range(1, 5)]
        write_json(directory / directories.HISTORY, epochs)
        result = self._result(key, error, rng) | {"val_accuracy": epochs[-1]["val_accuracy"]}
        if key.phase == "final" and changes.get("outcome", "completed") == "completed":
            result |= self._predict(directory, error, rng)
        write_json(
            directory / directories.RESULT,
            {**dict.fromkeys(columns(tasks.get("classification").metrics)), **result, **changes},
        )
        return directory

    def _epoch(self, epoch: int, error: float, rng: np.random.Generator) -> dict[str, float]:
        now = error + 0.4 / epoch + 0.01 * rng.normal()
        return {"epoch": epoch, "timestamp_ms": 1000 * epoch, "train_loss": 2 * now, "train_accuracy": 1 - now} | {
            "val_loss": 2.2 * now,
            "val_accuracy": 1 - now,
            "val_top5_accuracy": 1 - now / 4,
            "learning_rate": 0.1 / epoch,
        }

    def _result(self, key: directories.RunKey, error: float, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "architecture": key.candidate,
            "seed": key.number,
            "attempts": 1,
            "outcome": "completed",
            "options": {},
            "parameters": {"learning_rate": 0.1},
            "dataset": "cifar10",
            "train_examples": 900,
            "epochs": 4,
            "batch_size": 128,
            "device": "A processor (2 cores)",
            "params": {"resnet20": 271098, "plain20": 271098, "lenet5": 62006}[key.candidate],
            "trainable_params": {"resnet20": 269722, "plain20": 269722, "lenet5": 62006}[key.candidate],
            "macs": {"resnet20": 40.6e6, "plain20": 40.6e6, "lenet5": 0.65e6}[key.candidate],
            "test_loss": 2 * error + 0.01 * rng.normal(),
            "device_seconds": 12.0 + rng.random(),
            "images_per_second": 300.0,
            "peak_memory_bytes": 2**30,
            "compile_seconds": 3.0,
            "eval_seconds": 0.5,
            "setup_seconds": 0.25,
            "checkpoint_seconds": 0.125,
            "data_seconds": 0.0625,
            "started_at": 1000.0,
            "ended_at": 1020.0,
            "commit": "0a1b2c3",
            "versions": {"keras": "3.15.1"},
            "task": "classification",
            "threads": 2,
            "deterministic": True,
        }

    def _predict(self, directory: Path, error: float, rng: np.random.Generator) -> dict[str, float]:
        """Predictions whose mistakes are partly the images' and partly the seed's."""
        difficulty = np.random.default_rng(99).random(len(self.labels))
        wrong = 0.7 * difficulty + 0.3 * rng.random(len(self.labels)) > 1 - error
        predicted = np.where(wrong, (self.labels + 1 + rng.integers(0, 9, len(wrong))) % 10, self.labels)
        top5 = ~wrong | (rng.random(len(wrong)) < 0.8)
        arrays = {"predicted": predicted, "confidence": 0.5 + 0.5 * rng.random(len(wrong)), "top5_hit": top5}
        np.savez(directory / directories.PREDICTIONS, **arrays, label=self.labels)  # type: ignore[arg-type]
        return {"test_accuracy": float((predicted == self.labels).mean()), "test_top5_accuracy": float(top5.mean())}

    def keep_examples(self, study: dict[str, Any], most: int = 12) -> None:
        """Every final run keeps examples and its surest mistakes with their pixels, as a worker does; the network of
        every candidate but lenet5 tells where it looked."""
        rng = np.random.default_rng(5)
        pixels = rng.integers(0, 256, (len(self.labels), 8, 8, 3)).astype(np.uint8)
        places = np.arange(0, len(pixels), 2)
        for path in sorted(self.instance(study).glob(f"*/*/final/*/{directories.PREDICTIONS}")):
            with np.load(path) as saved:
                arrays = {name: saved[name] for name in saved.files}
            wrong = np.flatnonzero(arrays["predicted"] != arrays["label"])
            kept = wrong[np.argsort(-arrays["confidence"][wrong])][:most]
            arrays |= {directories.MISTAKE: kept, directories.MISTAKE_PICTURE: pixels[kept]}
            arrays |= {directories.EXAMPLE: places, directories.EXAMPLE_PICTURE: pixels[places]}
            if "lenet5" not in path.parts:
                arrays[directories.LOOKED] = rng.integers(0, 256, (len(places), 4, 4)).astype(np.uint8)
            np.savez(path, **arrays)  # type: ignore[arg-type]

    def whole(self, study: dict[str, Any] | None = None, **kinds: Any) -> Path:
        """All runs of a study; returns its instance's directory."""
        study = study or description()
        instance = self.describe(study, **kinds)
        for candidate in study["candidates"]:
            for track in study["tracks"]:
                for number in range(study["trials"] if track == "tuned" else 0):
                    self.run(study, directories.RunKey(candidate, track, "search", number))
                for number in range(study["seeds"]):
                    self.run(study, directories.RunKey(candidate, track, "final", number))
        return instance


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a temporary workspace."""
    return Store(tmp_path)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole study, refreshed and rendered once; tests only read it."""
    workspace = tmp_path_factory.mktemp("workspace")
    Store(workspace).whole()
    folder = rendering.refresh(workspace, "fabricated")
    rendering.render(folder)
    return folder


@pytest.fixture
def described() -> Callable[..., dict[str, Any]]:
    """Makes a study.json, with changes."""
    return description
