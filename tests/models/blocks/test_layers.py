"""The layers that families share: batch normalization on both paths, padding, and the articles' worked examples."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from suite.models.blocks.layers import (
    DropPath,
    activated,
    adaptive_average_pooling,
    convolution,
    depthwise,
    make_divisible,
    normalized,
    residual,
    scaled,
    squeeze_excite,
)
from suite.models.blocks.normalization import EPSILON, BatchNormalization, LocalResponseNormalization
from suite.models.families.shufflenet_v1 import ChannelShuffle
from suite.models.families.shufflenet_v2 import ChannelSplit
from suite.models.heads import logits

ROWS = np.random.default_rng(0).normal(3.0, 2.0, (6, 5, 4, 3)).astype("float32")


def layer_with(momentum: float = 0.9) -> BatchNormalization:
    layer = BatchNormalization(momentum=momentum)
    layer.build((None, 5, 4, 3))
    layer.gamma.assign([1.0, 2.0, 0.5])
    layer.beta.assign([0.0, -1.0, 3.0])
    return layer


def composed(layer: BatchNormalization) -> BatchNormalization:
    """The same layer, made to take the path of the other backends."""
    layer._fused = layer._composed  # type: ignore[method-assign]
    return layer


@pytest.mark.parametrize("path", [lambda layer: layer, composed], ids=["fused", "composed"])
def test_training_normalizes_with_the_batch_and_follows_its_biased_variance(path: Any) -> None:
    layer = path(layer_with())
    outputs = ops.convert_to_numpy(layer(ROWS, training=True))
    mean, variance = ROWS.mean((0, 1, 2)), ROWS.var((0, 1, 2))  # numpy divides by n
    expected = (ROWS - mean) / np.sqrt(variance + EPSILON) * [1.0, 2.0, 0.5] + [0.0, -1.0, 3.0]
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, 0.1 * mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * variance, rtol=1e-5)


@pytest.mark.parametrize("path", [lambda layer: layer, composed], ids=["fused", "composed"])
def test_prediction_uses_the_moving_averages_and_leaves_them(path: Any) -> None:
    layer = path(layer_with())
    layer.moving_mean.assign([1.0, 2.0, 3.0])
    layer.moving_variance.assign([4.0, 1.0, 0.25])
    expected = (ROWS - [1.0, 2.0, 3.0]) / np.sqrt(np.array([4.0, 1.0, 0.25]) + EPSILON) * [1, 2, 0.5] + [0, -1, 3]
    np.testing.assert_allclose(layer(ROWS, training=False), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(layer.moving_mean, [1.0, 2.0, 3.0])


def test_both_paths_have_the_same_gradients() -> None:
    found = []
    for layer in (layer_with(), composed(layer_with())):
        rows = tf.constant(ROWS)
        with tf.GradientTape() as tape:
            tape.watch(rows)
            loss = tf.reduce_sum(layer(rows, training=True) ** 3)
        found.append(tape.gradient(loss, [rows, layer.gamma.value, layer.beta.value]))
    for fused, other in zip(*found, strict=True):
        np.testing.assert_allclose(fused, other, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("path", [lambda layer: layer, composed], ids=["fused", "composed"])
def test_without_a_scale_it_is_the_layer_whose_scale_is_one(path: Any) -> None:
    layer, scaled_by_one = path(BatchNormalization(scale=False)), path(BatchNormalization())
    for training in (True, False):
        np.testing.assert_allclose(layer(ROWS, training=training), scaled_by_one(ROWS, training=training), rtol=1e-6)
    assert [variable.name for variable in layer.trainable_variables] == ["beta"]
    copy = BatchNormalization.from_config(layer.get_config())
    assert not copy.scale
    assert "scale" not in scaled_by_one.get_config(), "fingerprints of finished runs know of none"


def test_keras_own_layer_agrees() -> None:
    ours, theirs = BatchNormalization(), layers.BatchNormalization(momentum=0.9, epsilon=EPSILON)
    np.testing.assert_allclose(ours(ROWS, training=True), theirs(ROWS, training=True), atol=1e-5)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


def test_the_fused_kernel_is_what_runs_on_maps() -> None:
    inputs = keras.Input((5, 4, 3))
    model = keras.Model(inputs, BatchNormalization()(inputs))
    graph = tf.function(lambda x: model(x, training=True)).get_concrete_function(tf.TensorSpec((2, 5, 4, 3))).graph
    operations = [node.op for node in graph.as_graph_def().node]
    operations += [node.op for function in graph.as_graph_def().library.function for node in function.node_def]
    assert "FusedBatchNormV3" in operations


def test_vectors_are_normalized_too() -> None:
    rows = ROWS.reshape(-1, 3)
    outputs = ops.convert_to_numpy(BatchNormalization()(rows, training=True))
    np.testing.assert_allclose(outputs.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(outputs.std(0), 1, atol=1e-4)


@pytest.mark.parametrize("path", [lambda layer: layer, composed], ids=["fused", "composed"])
def test_one_single_value_has_no_variance(path: Any) -> None:
    layer = path(BatchNormalization())
    outputs = layer(np.full((1, 1, 1, 2), 7.0, "float32"), training=True)
    np.testing.assert_allclose(outputs, 0.0, atol=1e-6)
    np.testing.assert_allclose(layer.moving_variance, 0.9, rtol=1e-6)


@pytest.mark.parametrize("path", [lambda layer: layer, composed], ids=["fused", "composed"])
def test_statistics_stay_float32_under_mixed_precision(path: Any) -> None:
    layer = path(BatchNormalization(dtype="mixed_bfloat16"))
    fine = np.full((512, 4, 4, 1), 1.0, "float32")
    fine[::2] = 1.0078125  # the next bfloat16 after 1: a mean in bfloat16 would be one of the two
    outputs = layer(fine, training=True)
    assert outputs.dtype == tf.bfloat16
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    np.testing.assert_allclose(layer.moving_mean, [0.1 * 1.00390625], rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, [0.9 + 0.1 * 0.00390625**2], rtol=1e-6)


def test_a_frozen_layer_keeps_its_statistics() -> None:
    layer = layer_with()
    layer.trainable = False
    np.testing.assert_allclose(layer(ROWS, training=True), layer(ROWS, training=False))
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(3))


def test_batch_normalization_survives_serialisation() -> None:
    inputs = keras.Input((5, 4, 3))
    outputs = BatchNormalization(momentum=0.7, epsilon=0.01, gamma_initializer="zeros", name="bn")(inputs)
    copy = keras.Model.from_config(keras.Model(inputs, outputs).get_config()).get_layer("bn")
    assert (copy.momentum, copy.epsilon) == (0.7, 0.01)
    np.testing.assert_array_equal(copy.gamma, np.zeros(3))


def test_an_epsilon_that_some_backend_would_raise_in_silence_is_refused() -> None:
    with pytest.raises(ValueError, match="epsilon must be at least"):
        BatchNormalization(epsilon=1e-6)


def test_scaled_channels_are_whole_and_at_least_one() -> None:
    assert [scaled(64, width) for width in (1.0, 0.36, 0.5, 0.001)] == [64, 23, 32, 1]


def test_strided_convolutions_look_at_the_pixels_that_identity_shortcuts_keep() -> None:
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, convolution(inputs, 1, 3, 2, name="conv"))
    centre = np.zeros((3, 3, 1, 1), "float32")
    centre[1, 1] = 1.0
    model.get_layer("conv").set_weights([centre])
    picture = np.arange(64, dtype="float32").reshape(1, 8, 8, 1)
    np.testing.assert_array_equal(model(picture), picture[:, ::2, ::2])


@pytest.mark.parametrize(("side", "size"), [(8, 4), (4, 4), (7, 4), (2, 4), (9, 6)])
def test_adaptive_pooling_averages_torchs_windows(side: int, size: int) -> None:
    picture = np.random.default_rng(0).random((1, side, side, 2)).astype("float32")
    inputs = keras.Input((side, side, 2))
    pooled = keras.Model(inputs, layers.Identity()(adaptive_average_pooling(inputs, size, "pool")))(picture)
    windows = [slice(i * side // size, -(-(i + 1) * side // size)) for i in range(size)]
    expected = np.array([[picture[0, rows, columns].mean((0, 1)) for columns in windows] for rows in windows])
    np.testing.assert_allclose(pooled[0], expected, rtol=1e-5)


def test_the_articles_convolution_by_hand() -> None:
    patch = [[1, 0, 2, 1, 0], [0, 1, 0, 1, 1], [1, 0, 1, 0, 0], [0, 0, 1, 1, 0], [1, 1, 0, 0, 1]]
    cross = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    inputs = keras.Input((5, 5, 1))
    model = keras.Model(inputs, convolution(inputs, 1, 3, name="conv"))
    model.get_layer("conv").set_weights([np.array(cross, "float32")[..., None, None]])
    outputs = np.array(model(np.array(patch, "float32")[None, ..., None]))[0, 1:-1, 1:-1, 0]  # ours pads, theirs not
    assert outputs.tolist() == [[6, 1, 4], [1, 4, 2], [3, 2, 3]]


def test_the_articles_residual_block_by_hand() -> None:
    first, second = layers.Dense(2, "relu", use_bias=False), layers.Dense(2, use_bias=False)
    x = keras.Input((2,))
    model = keras.Model(x, activated(residual(x, second(first(x)), "block"), "block"))
    first.set_weights([np.array([[0.2, 0.1], [-0.1, 0.3]]).T])
    second.set_weights([np.array([[0.3, -0.2], [0.1, 0.4]]).T])
    np.testing.assert_allclose(model(np.array([[1.0, -0.5]])), [[1.045, 0.0]], atol=1e-6)


def test_normalized_ends_in_relu_and_logits_in_float32() -> None:
    inputs = keras.Input((4, 4, 2))
    outputs = keras.Model(inputs, normalized(inputs, "a"))(ROWS[..., :2][:, :4])
    assert float(ops.min(outputs)) >= 0
    assert float(ops.min(keras.Model(inputs, normalized(inputs, "b", activation=None))(-ROWS[..., :2][:, :4]))) < 0
    assert logits(keras.Input((3,), dtype="bfloat16"), 5).dtype == "float32"


def test_the_articles_pooling_sends_its_gradient_to_the_maximum_alone() -> None:
    """Keras' layer, which the families use as it is."""
    picture = tf.constant([[1.0, 3.0], [4.0, 2.0]])[None, ..., None]
    with tf.GradientTape() as tape:
        tape.watch(picture)
        pooled = layers.MaxPooling2D(2)(picture)
        loss = 5.0 * tf.reduce_sum(pooled)
    assert ops.convert_to_numpy(pooled).item() == 4.0
    assert tape.gradient(loss, picture)[0, ..., 0].numpy().tolist() == [[0.0, 0.0], [5.0, 0.0]]


def test_a_dropped_path_is_dropped_whole_and_scaled(images) -> None:
    rows = np.ones((4000, 2, 2, 1), "float32")
    kept = ops.convert_to_numpy(DropPath(0.25, seed=1)(rows, training=True)).reshape(4000, 4)
    assert (kept == kept[:, :1]).all(), "an image's path stays or goes as a whole"
    assert set(np.unique(kept).round(4)) == {0.0, np.float32(4 / 3).round(4)}
    assert kept.mean() == pytest.approx(1.0, abs=0.05)
    np.testing.assert_array_equal(DropPath(0.25)(rows, training=False), rows)
    with pytest.raises(ValueError, match="below 1, not 1"):
        DropPath(1.0)


@pytest.mark.parametrize(("value", "made"), [(32, 32), (36, 40), (33, 32), (11, 16), (4, 8), (19.2, 24)])
def test_channels_go_to_multiples_of_eight_and_never_below_nine_tenths(value: float, made: int) -> None:
    assert make_divisible(value) == made
    assert made >= 0.9 * value


def test_depthwise_filters_begin_with_the_variance_of_their_own_inputs() -> None:
    inputs = keras.Input((8, 8, 4096))
    kernel = keras.Model(inputs, depthwise(inputs, 3, name="dw")).get_layer("dw").kernel
    assert np.array(kernel).std() == pytest.approx(np.sqrt(2 / 9), rel=0.02)


def test_squeeze_and_excitation_scales_each_channel_by_its_gate(images) -> None:
    inputs = keras.Input((4, 4, 6))
    model = keras.Model(inputs, squeeze_excite(inputs, 2, name="se"))
    picture = images(3, (4, 4, 6))
    reduce, expand = (
        [np.array(weight) for weight in model.get_layer(f"se_{part}").weights] for part in ("reduce", "expand")
    )
    squeezed = np.maximum(picture.mean((1, 2)) @ reduce[0][0, 0] + reduce[1], 0)
    gate = 1 / (1 + np.exp(-(squeezed @ expand[0][0, 0] + expand[1])))
    np.testing.assert_allclose(model(picture), picture * gate[:, None, None], rtol=1e-4, atol=1e-6)


def test_local_response_normalization_by_the_papers_formula(images) -> None:
    """Section 3.3 of the 2012 paper, with sums over n = 5 maps that are cut at the first and the last."""
    (x,) = images(1, (3, 3, 7))
    found = np.array(LocalResponseNormalization()(x[None]))[0]
    for channel in range(7):
        squares = (x[..., max(0, channel - 2) : channel + 3] ** 2).sum(axis=-1)
        np.testing.assert_allclose(found[..., channel], x[..., channel] / (2 + 1e-4 * squares) ** 0.75, rtol=1e-5)


def test_a_shuffle_deals_each_groups_channels_to_all_groups() -> None:
    channels = np.arange(6, dtype="float32").reshape(1, 1, 1, 6)
    assert np.array(ChannelShuffle(2)(channels)).ravel().tolist() == [0, 3, 1, 4, 2, 5]
    first, second = ChannelSplit()(channels)
    assert np.array(first).ravel().tolist() == [0, 1, 2]
    assert np.array(second).ravel().tolist() == [3, 4, 5]
