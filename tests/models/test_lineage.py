"""Every family: any image, saving and loading, and learning 64 real images by heart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from suite.models import build, facts, golden

from .conftest import every_architecture, every_family, shake

LEAST_WIDTH = 0.1
STEPS = 120
"""Most steps on all 64 images that a family may take to learn them."""


SLOW_SHAPES = [pytest.param(shape, marks=pytest.mark.slow) for shape in ((33, 47, 3), (64, 64, 3), (96, 96, 3))]


@pytest.mark.parametrize("shape", [(28, 28, 1), (224, 224, 3), *SLOW_SHAPES])
@pytest.mark.parametrize("name", every_family())
def test_every_family_takes_every_image(name: str, shape: tuple[int, int, int], images) -> None:
    model = build(name, shape, 7, width=LEAST_WIDTH)
    outputs = np.array(model(images(2, shape)))
    assert outputs.shape == (2, 7)
    assert np.isfinite(outputs).all()
    keras.backend.clear_session()


@pytest.mark.slow
@pytest.mark.parametrize("name", every_architecture())
def test_every_architecture_builds_for_small_grey_images(name: str) -> None:
    assert build(name, (28, 28, 1), 7, width=LEAST_WIDTH).output_shape == (None, 7)
    least = facts(name)["min_size"]
    assert build(name, (least, least, 1), 7, width=LEAST_WIDTH).output_shape == (None, 7)
    keras.backend.clear_session()


@pytest.mark.parametrize("name", every_family())
def test_weights_and_configuration_make_the_same_model_again(name: str, tmp_path: Path, images) -> None:
    pictures = images(2, (32, 32, 3))
    model = build(name, (32, 32, 3), 10)
    shake(model)
    model.save_weights(tmp_path / "net.weights.h5")
    copy = keras.Model.from_config(model.get_config())
    copy.load_weights(tmp_path / "net.weights.h5")
    np.testing.assert_array_equal(np.array(copy(pictures)), np.array(model(pictures)))


@pytest.mark.slow
@pytest.mark.parametrize("name", golden.smallest_of_families().values())
def test_every_family_learns_64_images_by_heart(name: str) -> None:
    digits = load_digits()
    pictures = np.repeat(np.repeat(digits.images[:64], 4, axis=1), 4, axis=2)[..., None].astype("float32") / 8 - 1
    keras.utils.set_random_seed(0)
    model = build(name, (32, 32, 1), 10)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"], jit_compile=False)
    stop = StopWhenLearned(pictures, digits.target[:64])
    model.fit(pictures, digits.target[:64], batch_size=32, epochs=STEPS // 2, verbose=0, callbacks=[stop])
    assert stop.learned, f"not in {STEPS} steps"
    keras.backend.clear_session()


class StopWhenLearned(keras.callbacks.Callback):
    """Stops at the epoch after which every image is classified as it should be."""

    def __init__(self, pictures: np.ndarray, labels: np.ndarray) -> None:
        super().__init__()
        self._pictures, self._labels, self.learned = pictures, labels, False

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs["accuracy"] > 0.9:
            found = self.model.predict_on_batch(self._pictures).argmax(axis=1)
            self.learned = bool((found == self._labels).all())
            self.model.stop_training = self.learned
