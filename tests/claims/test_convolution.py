"""What articles say of convolutions, computed with the layers that the families use."""

from __future__ import annotations

from itertools import product
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from suite.models import build
from suite.models.complexity import measure
from suite.models.graph import without_weights

pytestmark = pytest.mark.slow


RANDOM = np.random.default_rng(0)


def of(shape: tuple[int, ...], *stack: Any) -> keras.Model:
    x = inputs = keras.Input(shape)
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


def rows(side: int) -> Any:
    return RANDOM.normal(size=(1, side, side, 3)).astype("float32")


def test_it_is_the_sum_of_products_over_each_patch_and_all_channels_and_a_bias() -> None:
    """Without turning the kernel: cross-correlation."""
    image, layer = rows(7), layers.Conv2D(2, 3)
    found = np.array(of((7, 7, 3), layer)(image))[0]
    kernel, _ = (np.array(weight) for weight in layer.weights)
    layer.bias.assign([0.5, -2.0])
    biased = np.array(layer(image))[0]
    for i, j, out in product(range(5), range(5), range(2)):
        expected = (image[0, i : i + 3, j : j + 3] * kernel[..., out]).sum()
        assert found[i, j, out] == pytest.approx(expected, abs=1e-5)
        assert biased[i, j, out] == pytest.approx(expected + (0.5, -2.0)[out], abs=1e-5)


@pytest.mark.parametrize(("width", "kernel", "padding", "stride"), [
    (5, 3, 0, 1), (5, 3, 1, 1), (224, 3, 1, 1), (224, 2, 0, 2), (32, 5, 0, 1), (227, 11, 0, 4), (28, 5, 2, 1)
])  # fmt: skip
def test_the_size_of_the_output(width: int, kernel: int, padding: int, stride: int) -> None:
    """(W - F + 2P) / S + 1, for rows and columns alike, rounded down."""
    model = of((width, width + 2, 1), layers.ZeroPadding2D(padding), layers.Conv2D(1, kernel, stride))
    expected = [(side - kernel + 2 * padding) // stride + 1 for side in (width, width + 2)]
    assert list(model.output.shape[1:3]) == expected


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_half_a_kernel_of_padding_keeps_the_size_of_odd_kernels(kernel: int) -> None:
    padded = of((12, 12, 1), layers.ZeroPadding2D(kernel // 2), layers.Conv2D(1, kernel))
    assert padded.output.shape[1:3] == (12, 12)
    assert of((12, 12, 1), layers.Conv2D(1, kernel, padding="same")).output.shape[1:3] == (12, 12)
    assert of((12, 12, 1), layers.Conv2D(1, kernel)).output.shape[1:3] == (13 - kernel, 13 - kernel)
    even = of((12, 12, 1), layers.ZeroPadding2D((kernel + 1) // 2), layers.Conv2D(1, kernel + 1))
    assert even.output.shape[1] == 13  # one more


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_a_stride_divides_the_size(stride: int) -> None:
    assert of((24, 24, 1), layers.Conv2D(1, 3, stride, padding="same")).output.shape[1:3] == (24 // stride,) * 2


@pytest.mark.parametrize(("kernel", "inputs", "outputs"), [(3, 3, 64), (3, 64, 128), (5, 3, 16), (1, 8, 4)])
def test_its_parameters(kernel: int, inputs: int, outputs: int) -> None:
    """f * f * C_in * C_out + C_out at every size of image; C_out dense units have H * W * C_in * C_out weights."""
    expected = kernel * kernel * inputs * outputs + outputs
    for side in (8, 40):
        assert measure(of((side, side, inputs), layers.Conv2D(outputs, kernel))).params == expected
    dense = measure(of((8, 8, inputs), layers.Flatten(), layers.Dense(outputs, use_bias=False))).params
    assert dense == 8 * 8 * inputs * outputs
    assert dense > kernel * kernel * inputs * outputs


def test_a_thousand_neurons_on_224_pixels_have_150_million_weights() -> None:
    with without_weights():
        model = of((224, 224, 3), layers.Flatten(), layers.Dense(1000))
    assert model.layers[1].output.shape[1:] == (150_528,)
    assert measure(model).params == 150_528 * 1000 + 1000


def test_one_map_for_each_filter() -> None:
    assert [of((8, 8, 3), layers.Conv2D(count, 3)).output.shape[-1] for count in (1, 32, 64)] == [1, 32, 64]


@pytest.mark.refutes("module-shift-invariance")
def test_a_shifted_image_gives_a_shifted_map() -> None:
    """Equivariant, and not invariant: the map is not the one before."""
    image = np.zeros((1, 16, 16, 3), "float32")
    image[:, 4:9, 4:9] = RANDOM.normal(size=(5, 5, 3))
    layer = layers.Conv2D(4, 3, padding="same")
    shifted = np.roll(image, (2, 3), axis=(1, 2))
    before, after = np.array(layer(image)), np.array(layer(shifted))
    np.testing.assert_allclose(after, np.roll(before, (2, 3), axis=(1, 2)), atol=1e-5)
    assert np.abs(after - before).max() > 0.1


def test_an_output_sees_its_patch_and_nothing_else() -> None:
    image, layer = rows(9), layers.Conv2D(2, 3, padding="same")
    before = np.array(layer(image))
    image[:, 4, 4] += 1.0
    changed = np.abs(np.array(layer(image)) - before).max(axis=-1)[0] > 1e-6
    assert {tuple(place) for place in np.argwhere(changed)} == set(product((3, 4, 5), (3, 4, 5)))


def test_the_printed_edge_filter_tells_dark_to_light_from_light_to_dark() -> None:
    layer = layers.Conv2D(1, 3, use_bias=False)
    image = np.zeros((1, 5, 12, 1), "float32")
    image[:, :, 4:8] = 1.0  # dark, light, dark
    layer.build(image.shape)
    layer.set_weights([np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "float32")[..., None, None]])
    assert np.array(layer(image))[0, 1, :, 0].tolist() == [0, 0, 4, 4, 0, 0, -4, -4, 0, 0]


def test_a_perceptron_does_not_know_which_pixels_are_neighbours() -> None:
    """Pixels in any other order, with the first weights in that order, are the same to it; not to a convolution."""
    image, order = rows(8), RANDOM.permutation(8 * 8 * 3)
    model = build("mlp", (8, 8, 3), 10, width=0.1)
    shuffled = image.reshape(1, -1)[:, order].reshape(image.shape)
    before = np.array(model(image))
    first = model.get_layer("hidden1")
    kernel, bias = (np.array(weight) for weight in first.weights)
    first.set_weights([kernel[order], bias])
    np.testing.assert_allclose(model(shuffled), before, rtol=1e-4, atol=1e-5)


def test_a_dense_layer_on_a_map_is_a_convolution_as_large_as_the_map() -> None:
    """LeNet-5's C5, and how dense layers become convolutional ones."""
    maps = RANDOM.normal(size=(2, 5, 5, 16)).astype("float32")
    convolution, dense = layers.Conv2D(120, 5), layers.Dense(120)
    expected = np.array(convolution(maps)).reshape(2, 120)
    dense.build((None, 400))
    dense.set_weights([np.array(convolution.kernel).reshape(400, 120), np.array(convolution.bias)])
    np.testing.assert_allclose(dense(maps.reshape(2, 400)), expected, rtol=1e-3, atol=1e-4)


def test_along_a_sequence_it_slides_in_one_direction() -> None:
    row, layer = RANDOM.normal(size=(1, 10, 2)).astype("float32"), layers.Conv1D(1, 3, use_bias=False)
    found = np.array(layer(row))[0, :, 0]
    kernel = np.array(layer.kernel)[..., 0]
    np.testing.assert_allclose(found, [(row[0, i : i + 3] * kernel).sum() for i in range(8)], rtol=1e-4, atol=1e-5)


def test_dilated_layers_of_a_sequence_see_twice_as_far_each() -> None:
    stack = [layers.Conv1D(1, 2, dilation_rate=2**step, padding="causal", use_bias=False) for step in range(5)]
    model, row = of((64, 1), *stack), np.zeros((1, 64, 1), "float32")
    for layer in stack:
        layer.set_weights([np.ones((2, 1, 1))])
    row[0, 10] = 1.0
    assert np.flatnonzero(np.array(model(row))[0, :, 0]).tolist() == list(range(10, 10 + 2**5))


@pytest.mark.refutes("images-partial-sums")
def test_the_partial_sums_of_the_first_figure() -> None:
    """It says that 2 + 1 + 2 = 4."""
    assert sum((2, 1, 2)) == 5
