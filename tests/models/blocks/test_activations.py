"""GELU against scipy's error function, and its written gradient against differences."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from scipy.stats import norm

from suite.models.blocks.activations import activation, gelu

X = np.linspace(-6, 6, 241)


@pytest.mark.parametrize(("dtype", "within"), [("float64", 1e-9), ("float32", 2e-6), ("bfloat16", 3e-2)])
def test_gelu_is_its_definition(dtype: str, within: float) -> None:
    found = gelu(keras.ops.cast(X, dtype))
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    x = np.array(keras.ops.cast(keras.ops.cast(X, dtype), "float64"))
    np.testing.assert_allclose(np.array(keras.ops.cast(found, "float64")), x * norm.cdf(x), atol=within)


@pytest.mark.parametrize(("dtype", "within"), [("float64", 1e-8), ("float32", 2e-6), ("bfloat16", 1e-2)])
def test_its_gradient_is_the_derivative(dtype: str, within: float) -> None:
    tf = pytest.importorskip("tensorflow")
    x = tf.cast(X, dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = gelu(x)
    found = tape.gradient(y, x, output_gradients=tf.cast(tf.fill(tf.shape(x), 2.0), dtype))
    assert found.dtype == x.dtype
    wide = np.array(tf.cast(x, "float64"))
    np.testing.assert_allclose(
        np.array(tf.cast(found, "float64")), 2 * (norm.cdf(wide) + wide * norm.pdf(wide)), atol=within
    )


def test_only_gelu_is_ours() -> None:
    assert activation("gelu") is gelu
    assert activation("relu") == "relu"
    assert activation(None) is None


def test_a_model_with_it_is_saved_and_loaded(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, gelu)])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
