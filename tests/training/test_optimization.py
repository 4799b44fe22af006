"""Every optimizer: its numbers are variables of its state, and a reset leaves nothing behind."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe, parts

EVERY = pytest.mark.parametrize("name", sorted(parts("optimizers")))


def variables() -> list:
    return [keras.Variable(np.full((2, 2), 2.0), dtype="float32"), keras.Variable(np.full((2,), 2.0), dtype="float32")]


def state(optimizer: keras.optimizers.Optimizer) -> list[np.ndarray]:
    return [np.array(ops.convert_to_numpy(variable)) for variable in optimizer.variables]


@EVERY
def test_setting_again_brings_back_the_start(name: str) -> None:
    recipe = Recipe(optimizer=name, learning_rate=0.1, weight_decay=0.1)
    mine = variables()
    optimizer = make_optimizer(recipe, mine)
    set_optimizer(optimizer, recipe, 10)
    before = state(optimizer)
    optimizer.apply([ops.ones((2, 2)), ops.ones((2,))])
    assert int(optimizer.iterations.numpy()) == 1
    assert any(not np.array_equal(a, b) for a, b in zip(before, state(optimizer), strict=True))
    set_optimizer(optimizer, recipe, 10)
    for variable, value in zip(state(optimizer), before, strict=True):
        np.testing.assert_array_equal(variable, value)


@EVERY
def test_one_that_was_used_goes_on_as_a_fresh_one(name: str) -> None:
    """Momenta, steps and numbers of the run before do not show."""
    first = Recipe(optimizer=name, learning_rate=0.3, weight_decay=0.1)
    second = Recipe(optimizer=name, learning_rate=0.1, weight_decay=0.2)
    used, fresh = variables(), variables()
    optimizers = [make_optimizer(first, used), make_optimizer(second, fresh)]
    set_optimizer(optimizers[0], first, 10)
    optimizers[0].apply([ops.ones((2, 2)), ops.ones((2,))])
    for variable in used:
        variable.assign(ops.full(variable.shape, 2.0))
    for optimizer in optimizers:
        set_optimizer(optimizer, second, 20)
        for gradient in (1.0, -0.5):
            optimizer.apply([ops.full((2, 2), gradient), ops.full((2,), gradient)])
    for one, other in zip(used, fresh, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@EVERY
def test_every_number_that_a_search_tries_belongs_to_the_optimizers_state(name: str) -> None:
    """On JAX a variable outside the state would be a constant of the compiled step."""
    recipe = Recipe(optimizer=name)
    optimizer = make_optimizer(recipe, variables())
    known = {id(variable) for variable in optimizer.variables}
    assert id(optimizer.schedule.values) in known
    set_optimizer(optimizer, recipe.with_parameters({"weight_decay": 0.25}), 10)
    decay_is_state = any(np.any(value == np.float32(0.25)) for value in state(optimizer))
    assert decay_is_state == parts("optimizers")[name].decoupled, "the step carries the decay that is coupled"
