"""What articles say of shortcuts and of gradients, computed with the suite's own networks."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from suite.models import build
from suite.models.blocks.layers import residual
from suite.models.families.densenet import dense_block

pytestmark = pytest.mark.slow


def gradient_at_the_input(model: keras.Model, rows: Any) -> Any:
    rows = tf.constant(rows, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(rows)
        loss = tf.reduce_sum(model(rows))
    return tape.gradient(loss, rows).numpy()


def stack(count: int, activation: str, shortcut: bool) -> keras.Model:
    """So many layers of 16 units; with a shortcut around each, or without."""
    keras.utils.set_random_seed(0)
    x = inputs = keras.Input((16,))
    for number in range(count):
        y = layers.Dense(16, activation)(x)
        x = residual(x, y, f"layer{number}") if shortcut else y
    return keras.Model(inputs, x)


def test_a_shortcut_carries_the_gradient_where_the_layers_own_vanishes() -> None:
    rows = np.random.default_rng(0).normal(size=(4, 16))
    plain, residual_ = (gradient_at_the_input(stack(30, "sigmoid", shortcut), rows) for shortcut in (False, True))
    assert np.abs(plain).max() < 1e-12
    assert np.abs(residual_).max() > 0.1


def test_a_branch_of_zero_leaves_the_gradient_as_it_is() -> None:
    model = build("resnet20", (32, 32, 3), 10)
    model.get_layer("stage1_block2_conv2_bn").gamma.assign(np.zeros(16))
    block = keras.Model(model.get_layer("stage1_block1_relu").output, model.get_layer("stage1_block2_relu").output)
    maps = np.random.default_rng(0).random((1, 32, 32, 16)) + 0.1
    np.testing.assert_allclose(gradient_at_the_input(block, maps), 1.0, rtol=1e-6)


@pytest.mark.refutes("images-never-vanish")
def test_a_branch_that_undoes_its_input_leaves_no_gradient() -> None:
    """So a shortcut alone does not rule out that a gradient vanishes."""
    inputs, undo = keras.Input((3,)), layers.Dense(3, use_bias=False)
    model = keras.Model(inputs, residual(inputs, undo(inputs), "block"))
    undo.set_weights([-np.eye(3)])
    np.testing.assert_array_equal(gradient_at_the_input(model, [[1.0, 2.0, 3.0]]), 0.0)


@pytest.mark.refutes("things-resnet-vanishing")
def test_the_gradient_of_a_plain_net_with_batch_normalization_does_not_vanish() -> None:
    """He et al. 2015, section 4.1, say so of theirs: what shortcuts solve is the degradation."""
    keras.utils.set_random_seed(0)
    model = build("plain32", (8, 8, 3), 10, width=0.5)
    images = np.random.default_rng(0).normal(size=(16, 8, 8, 3)).astype("float32")
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_of(np.arange(16) % 10, model(images, training=True))
    kernels = [layer.kernel.value for layer in model.layers if isinstance(layer, layers.Conv2D)]
    norms = [float(tf.norm(gradient)) for gradient in tape.gradient(loss, kernels)]
    assert len(norms) == 31
    assert min(norms[:5]) > max(norms[-5:])  # towards the image they grow


def test_the_gradient_of_relu_outlives_that_of_the_sigmoid() -> None:
    rows = np.random.default_rng(0).normal(size=(64, 16))
    relu, sigmoid = (np.abs(gradient_at_the_input(stack(20, name, False), rows)).max() for name in ("relu", "sigmoid"))
    assert sigmoid < 1e-9
    assert relu > 1e3 * sigmoid


def test_each_layer_of_a_dense_block_reads_all_before_it() -> None:
    inputs = keras.Input((8, 8, 10))
    model = keras.Model(inputs, dense_block(inputs, 4, 3, 0.0, "dense"))
    read = [layer.kernel.shape[2] for layer in model.layers if getattr(layer, "kernel_size", None) == (1, 1)]
    assert read == [10, 13, 16, 19]
    maps = np.random.default_rng(0).normal(size=(1, 8, 8, 10)).astype("float32")
    np.testing.assert_array_equal(model(maps)[..., :10], maps)  # the block's end has its input as it came
    assert model.output.shape[-1] == 10 + 4 * 3
