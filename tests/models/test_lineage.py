"""Every family takes any image, and is saved and read."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from suite.models import build, build_outline, facts, fingerprint
from suite.models.graph import without_weights

from .conftest import every_family, shake

LEAST_WIDTH = 0.1

SMALL, LARGE = (28, 28, 1), (96, 96, 3)
"""One image for each of the two forms that ImageNet's architectures have."""


@pytest.mark.parametrize("shape", [SMALL, LARGE])
@pytest.mark.parametrize("name", every_family())
def test_every_family_takes_small_and_large_images(name: str, shape: tuple[int, int, int], images) -> None:
    model = build(name, shape, 7, width=LEAST_WIDTH)
    outputs = np.array(model(images(2, shape)))
    assert outputs.shape == (2, 7)
    assert np.isfinite(outputs).all()
    keras.backend.clear_session()


@pytest.mark.slow
@pytest.mark.parametrize("name", every_family())
def test_every_family_builds_for_any_image(name: str) -> None:
    """Odd sides and the least; at their own sizes the pinned counts are made."""
    least = facts(name)["min_size"]
    for shape in ((33, 47, 3), (least, least, 1)):
        assert build_outline(name, shape, 7, width=LEAST_WIDTH).output_shape == (None, 7)
    keras.backend.clear_session()


@pytest.mark.parametrize("name", every_family())
def test_weights_and_configuration_make_the_same_model_again(name: str, narrow, tmp_path: Path) -> None:
    model = narrow(name)
    with without_weights():
        copy = keras.Model.from_config(model.get_config())
    assert fingerprint(copy) == fingerprint(model)  # what matters in training alone, too
    shake(model)
    model.save_weights(tmp_path / "net.weights.h5")
    wanted = [np.array(weight) for weight in model.weights]
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    model.load_weights(tmp_path / "net.weights.h5")
    assert all(np.array_equal(weight, value) for weight, value in zip(model.weights, wanted, strict=True))
