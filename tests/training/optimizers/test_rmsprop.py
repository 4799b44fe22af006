"""RMSprop against its formula over a few steps, and the search that it brings along."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_three_steps_by_hand(momentum: float) -> None:
    recipe = Recipe(optimizer="rmsprop", learning_rate=0.1, rho=0.8, momentum=momentum)
    variable = keras.Variable(np.full((2, 2), 2.0), dtype="float32")
    optimizer = make_optimizer(recipe, [variable])
    set_optimizer(optimizer, recipe, total_steps=10)
    value, square, moved = 2.0, 0.0, 0.0
    for gradient in (1.0, -0.5, 2.0):
        optimizer.apply([ops.full((2, 2), gradient)])
        square = 0.8 * square + 0.2 * gradient**2
        step = 0.1 * gradient / np.sqrt(square + 1e-7)
        moved = momentum * moved + step
        value -= moved
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-4)


def test_its_own_momentum_has_its_own_default() -> None:
    assert (Recipe(optimizer="rmsprop").momentum, Recipe(optimizer="sgd").momentum) == (0.0, 0.9)
    assert "nesterov" not in Recipe(optimizer="rmsprop").numbers()


def test_a_study_searches_it_where_its_numbers_say() -> None:
    from suite.config.search import space_of

    found = space_of("mine", "auto", Recipe(optimizer="rmsprop"))
    assert found.space == "rmsprop"
    assert found.dimensions["learning_rate"] == {"low": pytest.approx(1e-4), "high": pytest.approx(1e-2), "log": True}
