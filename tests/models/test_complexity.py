"""Multiply-adds, each rule against a product that a reader can check by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from suite.models.complexity import measure, multiply_adds


def through(layer: Any, shape: tuple[int, ...]) -> keras.Model:
    inputs = keras.Input(shape)
    return keras.Model(inputs, layer(inputs))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (lambda: layers.Conv2D(16, 3, padding="same"), (8, 8, 3), 8 * 8 * 3 * 3 * 3 * 16),
        (lambda: layers.Conv2D(16, 3), (8, 8, 3), 6 * 6 * 3 * 3 * 3 * 16),
        (lambda: layers.Conv2D(16, (1, 5), strides=2), (9, 9, 3), 5 * 3 * 5 * 3 * 16),
        (lambda: layers.Conv2D(16, 3, groups=4, padding="same"), (8, 8, 8), 8 * 8 * 3 * 3 * 2 * 16),
        (lambda: layers.Conv1D(4, 3, padding="same"), (10, 2), 10 * 3 * 2 * 4),
        (lambda: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2), (8, 8, 5), 8 * 8 * 3 * 3 * 5 * 2),
        (lambda: layers.SeparableConv2D(7, 3, padding="same"), (8, 8, 5), 8 * 8 * (3 * 3 * 5 + 5 * 7)),
        (lambda: layers.Conv2DTranspose(7, 2, strides=2), (4, 4, 5), 4 * 4 * 2 * 2 * 5 * 7),
        (lambda: layers.Dense(10), (20,), 200),
        (lambda: layers.Dense(10), (6, 20), 6 * 200),
        (lambda: layers.EinsumDense("abc,cde->abde", (None, 2, 5)), (6, 20), 6 * 20 * 2 * 5),
        (lambda: layers.EinsumDense("...x,xy->...y", 5), (6, 20), 6 * 20 * 5),
        (lambda: layers.Embedding(100, 8), (6,), 0),
        (lambda: layers.BatchNormalization(), (8, 8, 3), 0),
        (lambda: layers.MaxPooling2D(2), (8, 8, 3), 0),
    ],
)
def test_a_layers_multiply_adds(layer: Any, shape: tuple[int, ...], expected: int) -> None:
    assert multiply_adds(through(layer(), shape)) == expected


def test_attention_counts_projections_and_both_products() -> None:
    tokens, width, heads, size = 7, 12, 3, 4
    inputs = keras.Input((tokens, width))
    model = keras.Model(inputs, layers.MultiHeadAttention(heads, size)(inputs, inputs))
    projections = 4 * tokens * width * heads * size
    assert multiply_adds(model) == projections + 2 * tokens * tokens * heads * size


def test_cross_attention_has_two_lengths() -> None:
    queries, keys, width, heads, size, value = 5, 9, 12, 2, 3, 4
    first, second = keras.Input((queries, width)), keras.Input((keys, width))
    model = keras.Model([first, second], layers.MultiHeadAttention(heads, size, value_dim=value)(first, second))
    projections = width * heads * (queries * size + keys * size + keys * value + queries * value)
    assert multiply_adds(model) == projections + queries * keys * heads * (size + value)


def test_a_mask_is_no_key() -> None:
    queries, keys, width = 5, 9, 12
    first, second, mask = keras.Input((queries, width)), keras.Input((keys, width)), keras.Input((queries, keys))
    outputs = layers.MultiHeadAttention(2, 3)(first, second, attention_mask=mask)
    projections = width * 6 * (2 * queries + 2 * keys)
    assert multiply_adds(keras.Model([first, second, mask], outputs)) == projections + queries * keys * 2 * (3 + 3)


@pytest.mark.parametrize(
    ("product", "shapes", "expected"),
    [
        (ops.matmul, [(3, 4, 5), (3, 5, 6)], 3 * 4 * 5 * 6),
        (lambda x: ops.matmul(x, np.ones((5, 6), "float32")), [(4, 5)], None),  # a constant is not in the graph
        (lambda x, y: ops.einsum("btc,bsc->bts", x, y), [(4, 5), (6, 5)], 4 * 6 * 5),
        (lambda x: ops.einsum("btc,cd->btd", x, np.ones((5, 6), "float32")), [(4, 5)], None),
        (lambda q, v: layers.Attention()([q, v]), [(4, 5), (6, 5)], 4 * 6 * (5 + 5)),
        (lambda q, v: layers.AdditiveAttention()([q, v]), [(4, 5), (6, 5)], None),
        (ops.dot_product_attention, [(4, 2, 5), (6, 2, 5), (6, 2, 5)], 4 * 6 * 2 * (5 + 5)),
        (ops.dot, [(4, 5), (5, 6)], None),
        (lambda x, y: layers.Dot(axes=2)([x, y]), [(4, 5), (6, 5)], None),
    ],
    ids=["matmul", "matmul-constant", "einsum", "einsum-constant", "attention", "additive", "dot-product", "dot",
         "dot-layer"],
)  # fmt: skip
def test_products_of_another_packages_net(product: Any, shapes: list[tuple], expected: int | None) -> None:
    """None, rather than a count that leaves a product out."""
    inputs = [keras.Input(shape) for shape in shapes]
    assert multiply_adds(keras.Model(inputs, product(*inputs))) == expected


def test_a_shared_layer_counts_once_per_call_but_its_weights_once() -> None:
    inputs = keras.Input((20,))
    shared = layers.Dense(20)
    counted = measure(keras.Model(inputs, shared(shared(inputs))))
    assert (counted.macs, counted.params) == (2 * 400, 420)


def test_a_model_within_a_model_counts() -> None:
    inner = through(layers.Conv2D(4, 3, padding="same"), (8, 8, 3))
    inputs = keras.Input((8, 8, 3))
    assert multiply_adds(keras.Model(inputs, layers.Flatten()(inner(inputs)))) == 8 * 8 * 27 * 4


def test_a_sequential_model_counts() -> None:
    assert multiply_adds(keras.Sequential([keras.Input((20,)), layers.Dense(3), layers.Dense(2)])) == 66


class Mixing(layers.Layer):
    """A layer with a kernel that no rule knows."""

    def build(self, shape: tuple) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], 3))

    def call(self, x: Any) -> Any:
        return x @ self.kernel


class SelfCounting(Mixing):
    def multiply_adds(self, input_shapes: Any, output_shapes: Any) -> int:
        return input_shapes[0][-1] * output_shapes[0][-1]


def test_an_unknown_layer_makes_the_count_unknown_unless_it_brings_its_own() -> None:
    assert multiply_adds(through(Mixing(), (20,))) is None
    assert multiply_adds(through(SelfCounting(), (20,))) == 60


def test_moving_averages_are_parameters_that_do_not_learn() -> None:
    counted = measure(through(layers.BatchNormalization(), (4, 4, 3)))
    assert (counted.params, counted.trainable_params, counted.macs) == (12, 6, 0)


def test_frozen_weights_do_not_learn() -> None:
    model = through(layers.Dense(10), (20,))
    model.trainable = False
    assert (measure(model).params, measure(model).trainable_params) == (210, 0)
