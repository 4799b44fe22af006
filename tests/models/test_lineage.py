"""Every family takes any image, and is saved and read."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from suite.models import build, build_outline, facts, fingerprint

from .conftest import every_family, shake

LEAST_WIDTH = 0.1

SLOW_SHAPES = [pytest.param(shape, marks=pytest.mark.slow) for shape in ((64, 64, 3), (96, 96, 3))]


@pytest.mark.parametrize("shape", [(28, 28, 1), (224, 224, 3), *SLOW_SHAPES])
@pytest.mark.parametrize("name", every_family())
def test_every_family_takes_every_image(name: str, shape: tuple[int, int, int], images) -> None:
    model = build(name, shape, 7, width=LEAST_WIDTH)
    outputs = np.array(model(images(2, shape)))
    assert outputs.shape == (2, 7)
    assert np.isfinite(outputs).all()
    keras.backend.clear_session()


@pytest.mark.slow
@pytest.mark.parametrize("name", every_family())
def test_every_family_builds_for_small_grey_and_for_odd_images(name: str) -> None:
    assert build_outline(name, (28, 28, 1), 7, width=LEAST_WIDTH).output_shape == (None, 7)
    least = facts(name)["min_size"]
    assert build_outline(name, (least, least, 1), 7, width=LEAST_WIDTH).output_shape == (None, 7)
    assert build_outline(name, (33, 47, 3), 7, width=LEAST_WIDTH).output_shape == (None, 7)
    keras.backend.clear_session()


@pytest.mark.parametrize("name", every_family())
def test_weights_and_configuration_make_the_same_model_again(name: str, tmp_path: Path, images) -> None:
    pictures = images(2, (32, 32, 3))
    model = build(name, (32, 32, 3), 10, width=0.25)
    shake(model)
    model.save_weights(tmp_path / "net.weights.h5")
    copy = keras.Model.from_config(model.get_config())
    assert fingerprint(copy) == fingerprint(model)  # what matters in training alone, too
    copy.load_weights(tmp_path / "net.weights.h5")
    outputs = np.array(model(pictures))
    assert np.isfinite(outputs).all()
    np.testing.assert_array_equal(np.array(copy(pictures)), outputs)
