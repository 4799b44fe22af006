"""Layers that take something from training images before a training: from those alone, and never over given weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from suite.core.directories import RUN
from suite.core.durable import write_json
from suite.data import load
from suite.models.blocks.whitening import Whitening
from suite.training import starting
from suite.training.loop import training_index
from suite.training.origin import Origin
from suite.training.preprocessing import measure_preprocessing
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import dying, outcome_of, train, weights

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.fixture(scope="module")
def spec(make_spec: MakeSpec) -> RunSpec:
    return make_spec({"epochs": 2}, architecture="airbench94", options={"width": 0.0625})


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer()


@pytest.fixture(scope="module")
def trained(spec: RunSpec, trainer: Trainer, small_segments: None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    directory = tmp_path_factory.mktemp("trained")
    return directory, train(spec, directory, trainer)


def expected_kernel(spec: RunSpec) -> np.ndarray:
    """From the run's own training images, by themselves."""
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    index = training_index(spec, data)
    pixels = data.images[np.sort(index)].astype("float64") / 255
    layer = Whitening()
    layer.build((None, *data.input_shape))
    layer.adapt((pixels - pixels.mean(axis=(0, 1, 2))) / pixels.std(axis=(0, 1, 2)))
    return np.array(layer.kernel)


def kernel(directory: Path, spec: RunSpec) -> np.ndarray:
    return next(value for value in weights(directory, spec) if value.shape == (2, 2, 1, 8))


def test_the_kernel_is_of_the_runs_training_images_and_stays(spec: RunSpec, trained: Any) -> None:
    np.testing.assert_allclose(kernel(trained[0], spec), expected_kernel(spec), rtol=1e-3, atol=1e-4)
    other = replace(spec, data=replace(spec.data, split_seed=9))
    assert np.abs(expected_kernel(other) - expected_kernel(spec)).max() > 1e-3, "other training images, another kernel"


def test_a_run_that_goes_on_keeps_what_was_measured(
    spec: RunSpec, trainer: Trainer, trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dying(8):
        train(spec, tmp_path, trainer)
    with monkeypatch.context() as patch:  # what is measured now is wrong: the checkpoint's has to count
        patch.setattr(starting, "sample", lambda images, index, _: np.ones((1, *images.shape[1:]), "float32"))
        fields = train(spec, tmp_path, Trainer())
    assert outcome_of(tmp_path, spec, fields) == outcome_of(trained[0], spec, trained[1])


def test_weights_from_another_run_are_kept(spec: RunSpec, trainer: Trainer, trained: Any, tmp_path: Path) -> None:
    directory, _ = trained
    write_json(directory / RUN, {"identity": spec.identity("0")})
    origin = Origin.of("early/one/net/shared/final/0", directory)
    other = replace(spec, data=replace(spec.data, split_seed=9), weights=origin)
    train(other, tmp_path, trainer)
    np.testing.assert_array_equal(kernel(tmp_path, spec), kernel(directory, spec))


def test_the_first_images_are_taken_and_fewer_of_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 4, 4, 1), dtype=np.uint8)
    index = np.array([7, 3, 11, 5])
    preprocessing = measure_preprocessing(images, index, ("a", "b"))
    monkeypatch.setattr(starting, "SAMPLE", 3)
    np.testing.assert_array_equal(
        starting.sample(images, index, preprocessing), preprocessing.apply(images[[3, 7, 11]])
    )
    monkeypatch.setattr(starting, "SAMPLE_VALUES", 2 * 16 + 1)
    assert len(starting.sample(images, index, preprocessing)) == 2
    monkeypatch.setattr(starting, "SAMPLE_VALUES", 1)
    assert len(starting.sample(images, index, preprocessing)) == 1


def test_layers_without_the_offer_and_keras_own_are_left_as_they_are() -> None:
    def never() -> np.ndarray:
        raise AssertionError("nobody asked for images")

    inputs = keras.Input((4, 4, 1))
    net = keras.Model(inputs, keras.layers.Flatten()(keras.layers.Normalization(mean=0.0, variance=1.0)(inputs)))
    starting.adapt(net, never)
