"""Optimizers whose numbers are variables: one update against the formula, and a reset that leaves nothing behind."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops
from suite.training.optimizer import make_optimizer, set_optimizer

from suite.training.recipe import Recipe


def variables() -> list:
    return [keras.Variable(np.full((2, 2), 2.0), dtype="float32"), keras.Variable(np.full((2,), 2.0), dtype="float32")]


def test_adamw_decays_kernels_and_leaves_biases() -> None:
    recipe = Recipe(optimizer="adamw", learning_rate=0.1, weight_decay=0.5)
    kernel, bias = mine = variables()
    optimizer = make_optimizer(recipe, mine)
    set_optimizer(optimizer, recipe, total_steps=10)
    optimizer.apply([ops.zeros((2, 2)), ops.zeros((2,))])
    np.testing.assert_allclose(kernel.numpy(), 2.0 * (1 - 0.1 * 0.5), rtol=1e-6)
    np.testing.assert_array_equal(bias.numpy(), 2.0)


def test_sgd_with_nesterov_momentum_takes_the_schedules_rate() -> None:
    recipe = Recipe(learning_rate=0.4, momentum=0.5, nesterov=True, warmup=0.2)
    kernel, _ = mine = variables()
    optimizer = make_optimizer(recipe, mine)
    set_optimizer(optimizer, recipe, total_steps=10)
    optimizer.apply([ops.ones((2, 2)), ops.ones((2,))])  # rate 0.4 * 1 / 2; velocity -0.2; nesterov adds 0.5 * velocity
    np.testing.assert_allclose(kernel.numpy(), 2.0 - 0.2 - 0.1, rtol=1e-6)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_setting_again_brings_back_the_start(name: str) -> None:
    recipe = Recipe(optimizer=name, learning_rate=0.1, weight_decay=0.1)
    mine = variables()
    optimizer = make_optimizer(recipe, mine)
    set_optimizer(optimizer, recipe, 10)
    before = [variable.numpy().copy() for variable in optimizer.variables]
    optimizer.apply([ops.ones((2, 2)), ops.ones((2,))])
    assert int(optimizer.iterations.numpy()) == 1
    set_optimizer(optimizer, recipe, 10)
    for variable, value in zip(optimizer.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_every_number_that_a_search_tries_belongs_to_the_optimizers_state() -> None:
    """On JAX a variable outside the state would be a constant of the compiled step."""
    optimizer = make_optimizer(Recipe(optimizer="adamw"), variables())
    known = {id(variable) for variable in optimizer.variables}
    assert {id(optimizer.schedule.values), id(optimizer.weight_decay)} <= known
