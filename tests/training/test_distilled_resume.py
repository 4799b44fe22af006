"""A student that is cut in the middle of an epoch goes on with its teacher, bit for bit.

The student has dropout, mixed images and an average of its weights; the teacher was trained on other images, so that
its pixels are normalized otherwise.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suite.core.directories import HISTORY, RUN
from suite.core.durable import read_json, write_json
from suite.training.checkpoint import CHECKPOINTS, committed_rows
from suite.training.origin import Origin
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.step import CompiledStep
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import TIMES, dying, outcome_of, train, weights
from tests.training.test_trainer import kill

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]

DIES, COMMITTED = 10, 8
"""Steps, of which an epoch has 6; every second one is committed."""


@pytest.fixture(scope="module")
def teacher(make_spec: MakeSpec, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    directory = tmp_path_factory.mktemp("teacher")
    spec = make_spec({"epochs": 2}, data=replace(make_spec().data, train_examples=120, split_seed=5))
    train(spec, directory, Trainer())
    write_json(directory / RUN, {"identity": spec.identity("0")})
    return Origin.of("early/one/lenet5/shared/final/0", directory)


@pytest.fixture(scope="module")
def spec(make_spec: MakeSpec, teacher: Origin) -> RunSpec:
    recipe = Recipe(
        loss="distillation", alpha=0.7, temperature=2.0, learning_rate=0.02, schedule="cosine", ema=0.5, mixup=0.2,
        flip=True, epochs=2, batch_size=32,
    )  # fmt: skip
    return replace(make_spec(architecture="article_cnn", options={"width": 0.125}), recipe=recipe, teacher=teacher)


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer()


@pytest.fixture(scope="module")
def whole(
    spec: RunSpec, trainer: Trainer, small_segments: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("whole")
    return outcome_of(directory, spec, train(spec, directory, trainer))


@pytest.fixture(scope="module")
def cut(spec: RunSpec, trainer: Trainer, small_segments: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("cut")
    with dying(DIES):
        train(spec, directory, trainer)
    assert len(committed_rows(directory)) == 1
    assert max(int(path.name) for path in (directory / CHECKPOINTS).glob("0*")) == COMMITTED
    return directory


def test_cut_in_an_epoch_it_ends_as_if_it_had_never_stopped(
    spec: RunSpec, cut: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    """In a network, and with a teacher, that are built anew."""
    resumed = Path(shutil.copytree(cut, tmp_path / "resumed"))
    assert outcome_of(resumed, spec, train(spec, resumed, Trainer())) == whole


def test_without_the_teachers_normalization_it_ends_differently(
    spec: RunSpec, trainer: Trainer, cut: Path, whole: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed = Path(shutil.copytree(cut, tmp_path / "resumed"))
    as_ever = CompiledStep.set_teacher
    monkeypatch.setattr(CompiledStep, "set_teacher", lambda step, ours, theirs: as_ever(step, ours, ours))
    ended = outcome_of(resumed, spec, train(spec, resumed, trainer))
    assert ended["weights"] != whole["weights"]


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_killed_and_resumed_in_processes_of_their_own(backend: str, spec: RunSpec, tmp_path: Path) -> None:
    spec, results = replace(spec, backend=backend), []
    for kind in ("whole", "cut"):
        directory = tmp_path / kind
        directory.mkdir()
        for event in ([f"training.step:{DIES}"] if kind == "cut" else []) + ["training.weights:1"]:
            kill(spec, directory, event, KERAS_BACKEND=backend)
        rows = [{name: row[name] for name in row if name not in TIMES} for row in read_json(directory / HISTORY)]
        results.append((rows, [value.tobytes() for value in weights(directory, spec)]))
    assert results[0] == results[1]
