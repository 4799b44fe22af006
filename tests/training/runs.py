"""Runs in this process, and all of them that must not depend on kills, workers or the time of day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.core import faults
from suite.core.directories import HISTORY, PREDICTIONS, WEIGHTS
from suite.core.durable import read_json
from suite.tasks.classification import METRICS
from suite.training.device import to_numpy
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer

TIMES = ("timestamp_ms", "device_seconds", "images_per_second")


def train(
    spec: RunSpec, directory: Path, trainer: Trainer | None = None, prune: Callable[[dict], bool] | None = None
) -> dict[str, Any]:
    return (trainer or Trainer()).train(spec, directory, prune or (lambda row: False))


def weights(directory: Path, spec: RunSpec) -> list[np.ndarray]:
    """The final weights as a stranger reads them: a fresh network and the file."""
    from suite import models

    net = models.build(spec.architecture, (32, 32, 1), 10, **spec.options)
    net.load_weights(directory / WEIGHTS)
    return [to_numpy(variable) for variable in net.weights]


def outcome_of(directory: Path, spec: RunSpec, fields: dict[str, Any]) -> dict[str, Any]:
    """Everything about a run that must not depend on kills, workers or the time of day."""
    rows = [{key: value for key, value in row.items() if key not in TIMES} for row in read_json(directory / HISTORY)]
    kept = ("outcome", "fingerprint", *(metric.name for metric in METRICS))
    with np.load(directory / PREDICTIONS) as file:
        predictions = {name: file[name].tolist() for name in file}
    values = [value.tobytes() for value in weights(directory, spec)]
    return {
        "rows": rows,
        "fields": {name: fields[name] for name in kept},
        "predictions": predictions,
        "weights": values,
    }


class Killed(BaseException):
    """Stands in for SIGKILL within this process: no handler of the product catches it."""


@contextmanager
def dying(count: int, event: str = "training.step") -> Iterator[None]:
    """What is done within dies where `event` is reached for the `count`th time; it is an error if it is not."""
    reached = list[str]()

    def reach(name: str) -> None:
        reached.extend([name] if name == event else [])
        if len(reached) == count and name == event:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faults, "reach", reach)
        with pytest.raises(Killed):
            yield
