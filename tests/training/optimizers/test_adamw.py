"""AdamW: what decays, and by how much."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe, parts


@pytest.mark.parametrize("decay", [0.5, 0.0])
def test_decays_kernels_and_leaves_biases_and_tables(decay: float) -> None:
    recipe = Recipe(optimizer="adamw", learning_rate=0.1, weight_decay=decay)
    kernel = keras.Variable(np.full((2, 2), 2.0), dtype="float32")
    bias = keras.Variable(np.full((2,), 2.0), dtype="float32")
    table = keras.Variable(np.full((2, 2), 2.0), dtype="float32", name="table")
    optimizer = make_optimizer(recipe, [kernel, bias, table])
    set_optimizer(optimizer, recipe, total_steps=10)
    optimizer.apply([ops.zeros((2, 2)), ops.zeros((2,)), ops.zeros((2, 2))])
    np.testing.assert_allclose(kernel.numpy(), 2.0 * (1 - 0.1 * decay), rtol=1e-6)
    np.testing.assert_array_equal(bias.numpy(), 2.0)
    np.testing.assert_array_equal(table.numpy(), 2.0)


def test_the_decay_is_its_own_and_a_variable() -> None:
    assert parts("optimizers")["adamw"].decoupled
    recipe = Recipe(optimizer="adamw", weight_decay=0.1)
    optimizer = make_optimizer(recipe, [keras.Variable(np.ones((2, 2)), dtype="float32")])
    for value in (0.1, 0.3):
        set_optimizer(optimizer, recipe.with_parameters({"weight_decay": value}), 10)
        assert float(optimizer.weight_decay) == pytest.approx(value)
