"""Every family takes any image, learns with every weight, and is saved and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from suite.models import build, build_outline, facts, fingerprint
from suite.models.graph import steps, without_weights

from .conftest import every_builder, every_family, shake

LEAST_WIDTH = 0.1

SMALL, LARGE = (28, 28, 1), (96, 96, 3)
"""One image for each of the two forms that ImageNet's architectures have."""


@pytest.mark.parametrize("shape", [SMALL, pytest.param(LARGE, marks=pytest.mark.slow)])
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


def biases_that_normalization_cancels(model: Any) -> set[int]:
    """Batch normalization subtracts the mean, so a bias before it has no effect: its gradient is rounding error."""
    found = steps(model)
    return {
        id(found[step.inputs[0][0]].layer.bias)
        for step in found
        if type(step.layer).__name__ == "BatchNormalization"
        and getattr(found[step.inputs[0][0]].layer, "use_bias", False)  # additions and pools have none
    }


@pytest.mark.parametrize("name", every_builder())
def test_every_weight_gets_a_gradient(name: str, narrow, images) -> None:
    """With nothing dropped: all images of a batch may lose a path, and its weights then have no gradient."""
    model = narrow(name)
    with tf.GradientTape() as tape:
        outputs = model(images(4, (32, 32, 3)), training=True)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.arange(4), outputs)
    cancelled = biases_that_normalization_cancels(model)
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        assert gradient is not None, weight.path
        gradient = tf.convert_to_tensor(gradient)
        assert np.isfinite(gradient).all(), weight.path
        if id(weight) not in cancelled:
            assert np.abs(gradient).max() > 0, weight.path


def test_only_the_nets_with_biased_normalized_convolutions_have_cancelled_biases(built) -> None:
    assert len(biases_that_normalization_cancels(built("vgg11_bn"))) == 8
    assert len(biases_that_normalization_cancels(built("article_cnn"))) == 3
    assert not biases_that_normalization_cancels(built("resnet20"))


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
