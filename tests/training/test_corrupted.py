"""Evaluation of a real final run on corrupted test images, from its last weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite import models
from suite.core import faults
from suite.core.directories import CORRUPTED, EVALUATION, PREDICTIONS, WEIGHTS
from suite.core.durable import read_json
from suite.core.evaluation import read_evaluation
from suite.core.refusals import Refusal
from suite.core.result import finished, write_result
from suite.data import load
from suite.data.corruptions import corrupted
from suite.training import corrupted as evaluation
from suite.training.preprocessing import Preprocessing
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import Killed, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

ENDED_AT = 7.0


@pytest.fixture(scope="module")
def run(make_spec: MakeSpec, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunSpec, Path, Any]:
    """A final run that is over: its specification, directory and data."""
    spec, directory = make_spec(), tmp_path_factory.mktemp("run")
    measured = train(spec, directory)
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    asked = {
        "study": "s", "instance": "i", "candidate": "c", "architecture": spec.architecture, "track": "shared",
        "phase": "final", "number": 0, "seed": 0, "attempts": 1, "dataset": "digits", "data_hash": data.hash,
        "backend": spec.backend, "precision": spec.precision,
    }  # fmt: skip
    write_result(directory, finished(asked, measured, ENDED_AT))
    return spec, directory, data


def errors(directory: Path) -> dict[str, float]:
    found = read_evaluation(directory, ENDED_AT)
    assert found is not None
    return dict(found["errors"])


def test_errors_are_those_of_the_saved_network(run: tuple[RunSpec, Path, Any]) -> None:
    spec, directory, data = run
    before = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
    Trainer().evaluate(spec, directory, [["gaussian_noise", 5], ["contrast", 3]])
    net = models.of_run(directory, spec.architecture, data.input_shape, data.num_classes, spec.options).net()
    preprocessing, labels = Preprocessing.load(directory), data.labels[data.test]
    for kind, strength in (("gaussian_noise", 5), ("contrast", 3)):
        pixels = corrupted(data.images, data.test, kind, strength)
        wrong = net.predict(preprocessing.apply(pixels), verbose=0).argmax(1) != labels
        assert errors(directory)[f"{kind}/{strength}"] == pytest.approx(wrong.mean())
        with np.load(directory / CORRUPTED) as saved:
            np.testing.assert_array_equal(saved[f"{kind}/{strength}"], ~wrong)
    assert {name: (directory / name).read_bytes() for name in before} == before, "nothing of the run is touched"


def test_images_as_they_are_give_what_the_test_gave(
    run: tuple[RunSpec, Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, directory, _ = run
    monkeypatch.setattr(evaluation, "corrupted", lambda images, index, kind, strength: np.asarray(images[index]))
    Trainer().evaluate(spec, directory, [["fog", 1]])
    with np.load(directory / CORRUPTED) as scores, np.load(directory / PREDICTIONS) as tested:
        np.testing.assert_array_equal(scores["fog/1"], tested["predicted"] == tested["label"])


def test_what_is_measured_is_kept_and_what_is_missing_added(
    run: tuple[RunSpec, Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, directory, _ = run
    trainer, made = Trainer(), []
    monkeypatch.setattr(evaluation, "corrupted", lambda *a: made.append(a[2:]) or corrupted(*a))
    (directory / CORRUPTED).unlink(missing_ok=True)
    trainer.evaluate(spec, directory, [["jpeg", 1]])
    first = errors(directory)
    trainer.evaluate(spec, directory, [["jpeg", 1], ["pixelate", 2]])
    assert made == [("jpeg", 1), ("pixelate", 2)]
    assert errors(directory)["jpeg/1"] == first["jpeg/1"]
    trainer.evaluate(spec, directory, [["pixelate", 2]])
    assert len(made) == 2, "nothing is measured twice"
    assert list(errors(directory)) == ["pixelate/2"], "the means are of what is asked for"
    assert read_json(directory / EVALUATION)["figures"]["corruption_error"] == errors(directory)["pixelate/2"]


def test_a_kill_loses_no_kind_that_was_measured(
    run: tuple[RunSpec, Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, directory, _ = run
    asked = [["snow", 1], ["snow", 3], ["jpeg", 1], ["pixelate", 2]]
    (directory / CORRUPTED).unlink(missing_ok=True)
    (directory / EVALUATION).unlink(missing_ok=True)
    trainer, made, kinds = Trainer(), list[tuple[Any, ...]](), list[str]()

    def reach(event: str) -> None:
        kinds.append(event)
        if kinds.count("evaluation.kind") == 2:
            raise Killed

    monkeypatch.setattr(evaluation, "corrupted", lambda *a: made.append(a[2:]) or corrupted(*a))
    with monkeypatch.context() as patch:
        patch.setattr(faults, "reach", reach)
        with pytest.raises(Killed):
            trainer.evaluate(spec, directory, asked)
    assert made == [("snow", 1), ("snow", 3), ("jpeg", 1)]
    assert not (directory / EVALUATION).exists(), "errors are written once all are there"
    trainer.evaluate(spec, directory, asked)
    assert made[3:] == [("pixelate", 2)], "the next command goes on"
    gone_on = errors(directory)
    (directory / CORRUPTED).unlink()
    trainer.evaluate(spec, directory, asked)
    assert errors(directory) == gone_on
    assert list(gone_on) == ["snow/1", "snow/3", "jpeg/1", "pixelate/2"]


def test_what_was_measured_of_an_earlier_training_is_measured_again(
    run: tuple[RunSpec, Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, directory, _ = run
    np.savez(directory / CORRUPTED, **{"ended_at": np.float64(1.0), "jpeg/1": np.zeros(70, bool)})  # type: ignore[arg-type]
    Trainer().evaluate(spec, directory, [["jpeg", 1]])
    assert errors(directory)["jpeg/1"] < 1.0


def test_without_weights_it_is_refused(run: tuple[RunSpec, Path, Any], tmp_path: Path) -> None:
    spec, directory, _ = run
    for path in directory.iterdir():
        if path.is_file() and path.name not in (WEIGHTS, CORRUPTED):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(Refusal, match="there are no weights"):
        Trainer().evaluate(spec, tmp_path, [["fog", 5]])
