"""The whitened convolution against numpy: what comes out of it is uncorrelated, with a variance of one."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.models.blocks import whitening
from suite.models.blocks.whitening import Whitening, patch_products
from suite.models.complexity import multiply_adds


def photos(count: int = 40, channels: int = 3) -> np.ndarray:
    """Images whose neighbouring pixels, and channels, are alike."""
    noise = np.random.default_rng(0).normal(size=(count, 12, 10, 1)) + np.zeros(channels)
    smooth = noise + np.roll(noise, 1, axis=1) + np.roll(noise, 1, axis=2)
    return (smooth + 0.3 * np.random.default_rng(1).normal(size=smooth.shape)).astype("float32")


def adapted(images: np.ndarray, size: int = 2, epsilon: float = 0.0) -> Whitening:
    layer = Whitening(size, epsilon)
    layer.build((None, *images.shape[1:]))
    layer.adapt(images)
    return layer


@pytest.mark.parametrize(("size", "channels"), [(2, 3), (3, 1)])
def test_outputs_are_uncorrelated_with_a_variance_of_one(size: int, channels: int) -> None:
    images = photos(channels=channels)
    values = size * size * channels
    outputs = ops.convert_to_numpy(adapted(images, size)(images)).reshape(-1, 2 * values).astype("float64")
    products = outputs[:, :values].T @ outputs[:, :values] / len(outputs)
    np.testing.assert_allclose(products, np.eye(values), atol=2e-3)
    np.testing.assert_allclose(outputs[:, values:], -outputs[:, :values], atol=1e-5)
    raw = images[:, :-1, :-1].reshape(-1, channels)
    assert channels == 1 or abs(np.corrcoef(raw.T)[0, 1]) > 0.5, "the pixels themselves were correlated"


def test_products_are_those_of_the_patches_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    images = photos(7)
    patches = [image[i : i + 2, j : j + 2].ravel() for image in images for i in range(11) for j in range(9)]
    expected = np.mean([np.outer(patch, patch) for patch in np.array(patches, "float64")], axis=0)
    np.testing.assert_allclose(patch_products(images, 2), expected, rtol=1e-4)
    monkeypatch.setattr(whitening, "CHUNK", 3)
    np.testing.assert_allclose(patch_products(images, 2), expected, rtol=1e-4)


def test_directions_come_by_variance_and_their_signs_are_settled() -> None:
    images = photos()
    kernel = ops.convert_to_numpy(adapted(images, epsilon=5e-4).kernel).reshape(12, 24)[:, :12]
    lengths = np.linalg.norm(kernel, axis=0)  # 1 / the root of the variance
    assert (np.diff(lengths) > 0).all()
    assert (kernel[np.abs(kernel).argmax(axis=0), range(12)] > 0).all()
    variances = np.linalg.eigvalsh(patch_products(images, 2))[::-1]
    np.testing.assert_allclose(lengths, 1 / np.sqrt(variances + 5e-4), rtol=1e-4)


def test_what_never_varies_is_not_blown_up() -> None:
    kernel = ops.convert_to_numpy(adapted(np.ones((3, 8, 8, 1), "float32"), epsilon=5e-4).kernel)
    assert np.isfinite(kernel).all()
    assert np.abs(kernel).max() <= 1 / np.sqrt(5e-4)


def test_the_kernel_is_measured_and_the_bias_learns() -> None:
    inputs = keras.Input((12, 10, 3))
    model = keras.Model(inputs, Whitening(name="stem")(inputs))
    assert [variable.path for variable in model.trainable_variables] == ["stem/bias"]
    assert model.output_shape == (None, 11, 9, 24)
    assert multiply_adds(model) == 11 * 9 * 24 * 12
    copy = keras.Model.from_config(model.get_config()).get_layer("stem")
    assert (copy.kernel_size, copy.epsilon) == (2, 5e-4)
