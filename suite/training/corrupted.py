"""A final run's network on corrupted copies of its test images: from its last weights, after everything else.

Selection never sees it: search trials have no such weights and no test images.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from suite import tasks
from suite.core import faults
from suite.core.directories import CORRUPTED
from suite.core.durable import replacing
from suite.core.evaluation import copy_name, write_evaluation
from suite.core.metrics import by_name
from suite.core.refusals import Refusal
from suite.core.result import read_result
from suite.data import Dataset
from suite.data.corruptions import corrupted, get
from suite.tasks import Task
from suite.training.prediction import network
from suite.training.preprocessing import recorded_preprocessing
from suite.training.spec import RunSpec
from suite.training.tracing import jit_compile

BATCH = 100
CHUNK = 20 * BATCH
"""Images that are corrupted at a time."""

ENDED_AT = "ended_at"


def evaluate(spec: RunSpec, data: Dataset, directory: Path, copies: Sequence[tuple[str, int]]) -> None:
    """Measure what is missing of these copies, and write the scores of all and their errors.

    What an earlier evaluation of the same result measured is kept, asked for now or not. Scores are written after each
    kind, so that what a kill leaves is gone on from; errors once all are there. Raises Refusal where the run
    is not over, its weights cannot be read or the data are others now.
    """
    result = read_result(directory)
    if result is None:
        raise Refusal(f"{directory} holds no run that is over")
    if result.data_hash != data.hash:
        raise Refusal(f"{data.name} is not what {directory} was trained on: restore it, or start a new instance")
    named = {copy_name(kind, strength, get(kind).version): (kind, strength) for kind, strength in copies}
    scores = _measured(directory, result.ended_at)
    missing = {name: copy for name, copy in named.items() if name not in scores}
    if missing:
        predictor, task = _Predictor(spec, directory), tasks.get(spec.task)
        for kind in dict.fromkeys(kind for kind, _ in missing.values()):
            own = {name: copy for name, copy in missing.items() if copy[0] == kind}
            scores |= {name: _scores(task, data, predictor, *copy) for name, copy in own.items()}
            _write(directory, result.ended_at, scores)
            faults.reach("evaluation.kind")
    write_evaluation(directory, result.ended_at, {name: 1.0 - float(np.mean(scores[name])) for name in named})


def _write(directory: Path, ended_at: float, scores: Mapping[str, NDArray[Any]]) -> None:
    with replacing(directory / CORRUPTED) as partial, partial.open("wb") as file:
        # numpy's stub takes keywords named like its own parameters for them; names of copies hold slashes.
        np.savez_compressed(file, **{ENDED_AT: np.float64(ended_at)}, **scores)  # type: ignore[arg-type]


def _measured(directory: Path, ended_at: float) -> dict[str, NDArray[Any]]:
    """The scores of earlier evaluations of this result, by the copy's name."""
    try:
        with np.load(directory / CORRUPTED, allow_pickle=False) as saved:
            found = {name: saved[name] for name in saved.files}
    except (FileNotFoundError, ValueError, zipfile.BadZipFile):
        return {}
    return found if found.pop(ENDED_AT, None) == ended_at else {}


def _scores(task: Task, data: Dataset, predictor: _Predictor, kind: str, strength: int) -> NDArray[Any]:
    """The score, of the metric that the task is judged by first, of each test image with this corruption; (N,)."""
    parts = [
        predictor.outputs(corrupted(data.images, data.test[start : start + CHUNK], kind, strength))
        for start in range(0, len(data.test), CHUNK)
    ]
    targets = {name: values[data.test] for name, values in task.targets(data).items()}
    arrays = task.evaluate(np.concatenate(parts), targets).arrays()
    score = str(by_name(task.metrics)[task.judged[0]].score)
    return np.asarray(task.scores(arrays, arrays["label"], data.num_classes)[score])


class _Predictor:
    """The network with its last weights, in batches of one size, so that it is traced once."""

    def __init__(self, spec: RunSpec, directory: Path) -> None:
        keras.config.set_dtype_policy(spec.precision)
        asked = {"architecture": spec.architecture, "options": dict(spec.options), "task": spec.task}
        self._preprocessing = recorded_preprocessing(directory)
        self._net = network(directory, asked, self._preprocessing)
        self._net.compile(jit_compile=jit_compile())

    def outputs(self, pixels: NDArray[np.uint8]) -> NDArray[np.floating]:
        """What the network gives for images (n, H, W, C), in their order."""
        found = []
        for start in range(0, len(pixels), BATCH):
            part = pixels[start : start + BATCH]
            filled = np.concatenate([part, np.repeat(part[-1:], BATCH - len(part), axis=0)])
            outputs = self._net.predict_on_batch(self._preprocessing.apply(filled))
            first = outputs[0] if isinstance(outputs, list) else outputs  # auxiliary classifiers come after it
            found.append(np.asarray(first)[: len(part)])
        return np.concatenate(found)
