"""Every weight that learns gets a finite gradient other than zero, whatever code built the net."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from suite.models.graph import steps

from .conftest import every_builder


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
