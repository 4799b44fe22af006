"""Grouped convolutions in parts, as processors compute them, are Keras' own."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from suite.models.blocks import grouped_convolution
from suite.models.blocks.grouped_convolution import GroupedConv2D


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "groups"), [(1, 1, "same", 3), (3, 1, "same", 6), (3, 2, "valid", 2)]
)
def test_outputs_and_gradients_are_those_of_keras(
    kernel: int, stride: int, padding: str, groups: int, images: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouped_convolution, "groups_are_slow", lambda: True)
    x = tf.constant(images(2, (9, 9, 12)))
    ours = GroupedConv2D(24, kernel, stride, padding, groups=groups)
    theirs = keras.layers.Conv2D(24, kernel, stride, padding, groups=groups)
    ours.build(x.shape)
    theirs.build(x.shape)
    theirs.set_weights(ours.get_weights())
    results = []
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y * tf.cos(tf.range(tf.size(y), dtype="float32")).numpy().reshape(y.shape))
        results.append([y, *tape.gradient(loss, [x, layer.kernel.value, layer.bias.value])])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_on_an_accelerator_keras_own_is_what_runs(images: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = GroupedConv2D(8, 1, groups=4)
    x = images(1, (3, 3, 8))
    in_parts = layer(x)
    calls = []
    split = grouped_convolution.ops.split
    monkeypatch.setattr(
        grouped_convolution.ops, "split", lambda *given, **named: calls.append(1) or split(*given, **named)
    )
    monkeypatch.setattr(grouped_convolution, "groups_are_slow", lambda: False)
    np.testing.assert_allclose(layer(x), in_parts, rtol=1e-5, atol=1e-6)
    assert not calls


def test_it_is_saved_and_read_as_keras_own() -> None:
    inputs = keras.Input((4, 4, 6))
    model = keras.Model(inputs, GroupedConv2D(6, 3, groups=2, name="grouped")(inputs))
    again = keras.Model.from_config(model.get_config())
    assert isinstance(again.get_layer("grouped"), GroupedConv2D)
    assert [weight.path for weight in again.weights] == [weight.path for weight in model.weights]
