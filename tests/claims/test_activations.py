"""What articles say of activations and dropout, computed with Keras' own."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_relu_keeps_what_is_positive_and_leaky_relu_a_little_of_the_rest(name: str) -> None:
    rows = tf.constant([-2.0, -0.5, 0.5, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(rows)
        outputs = keras.activations.get(name)(rows)
    below = 0.2 if name == "leaky_relu" else 0.0
    np.testing.assert_allclose(outputs, [-2.0 * below, -0.5 * below, 0.5, 2.0])
    np.testing.assert_allclose(tape.gradient(outputs, rows), [below, below, 1.0, 1.0])


def test_gelu_and_swish_have_no_corner_at_zero() -> None:
    def jump(name: str) -> float:
        rows = tf.constant([-1e-4, 1e-4])
        with tf.GradientTape() as tape:
            tape.watch(rows)
            outputs = keras.activations.get(name)(rows)
        below, above = tape.gradient(outputs, rows).numpy()
        return float(above - below)

    assert jump("relu") == 1.0
    assert abs(jump("gelu")) < 1e-3
    assert abs(jump("swish")) < 1e-3


def test_dropout_zeroes_so_many_activations_at_random() -> None:
    kept = np.array(layers.Dropout(0.3, seed=1)(np.ones((200, 200), "float32"), training=True))
    assert (kept == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert kept.mean() == pytest.approx(1.0, abs=0.02)
