"""Grad-CAM against its definition, where that can be written down: maps, their mean, and a dense layer."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from suite.models import build
from suite.training import looking


def pooled_net() -> keras.Model:
    """Its logit of class c is the sum over the channels k of weight[k, c] times the mean of map k."""
    keras.utils.set_random_seed(3)
    image = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(5, 3, padding="same", activation="relu", name="stage1_block1_conv")(image)
    vector = keras.layers.GlobalAveragePooling2D()(maps)
    return keras.Model(image, keras.layers.Dense(4, name="logits")(vector))


def test_it_is_the_maps_weighted_by_their_gradient() -> None:
    net = pooled_net()
    inputs = np.random.default_rng(0).normal(size=(40, 8, 8, 3)).astype("float32")
    classes = np.arange(40) % 4
    found = looking.attention(net, inputs, classes)
    maps = np.array(keras.Model(net.inputs[0], net.layers[1].output)(inputs))
    slopes = np.array(net.layers[-1].kernel)[:, classes].T / 64  # each place has a share in the mean
    heat = np.maximum((maps * slopes[:, None, None, :]).sum(axis=-1), 0)
    assert found is not None
    assert found.shape == (40, 8, 8)
    np.testing.assert_allclose(found, 255 * heat / heat.max(axis=(1, 2), keepdims=True), atol=0.6)


@pytest.mark.parametrize(
    ("name", "shape", "sides"),
    [("resnet8", (32, 32, 3), (8, 8)), ("vgg11", (32, 32, 3), (4, 4)), ("mlp", (8, 8, 3), None)],
)
def test_the_last_maps_with_room_are_read(
    name: str, shape: tuple[int, int, int], sides: tuple[int, int] | None
) -> None:
    net = build(name, shape, 10)
    inputs = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    first = np.array(net(inputs))
    found = looking.attention(net, inputs, np.array([0, 1]))
    assert (found is None) == (sides is None)
    assert found is None or found.shape[1:] == sides
    np.testing.assert_array_equal(np.array(net(inputs)), first)
