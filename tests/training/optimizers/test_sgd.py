"""SGD over a few steps against its formula."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe


@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.5, False), (0.5, True)])
def test_three_steps_by_hand(momentum: float, nesterov: bool) -> None:
    """v = m v - r g; w moves by v, with Nesterov by m v - r g."""
    recipe = Recipe(optimizer="sgd", learning_rate=0.1, momentum=momentum, nesterov=nesterov)
    variable = keras.Variable(np.full((2, 2), 2.0), dtype="float32")
    optimizer = make_optimizer(recipe, [variable])
    set_optimizer(optimizer, recipe, total_steps=10)
    value, velocity = 2.0, 0.0
    for gradient in (1.0, -0.5, 2.0):
        optimizer.apply([ops.full((2, 2), gradient)])
        velocity = momentum * velocity - 0.1 * gradient
        value += momentum * velocity - 0.1 * gradient if nesterov else velocity
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-5)


def test_takes_the_schedules_rate() -> None:
    recipe = Recipe(learning_rate=0.4, momentum=0.5, nesterov=True, warmup=0.2)
    kernel = keras.Variable(np.full((2, 2), 2.0), dtype="float32")
    optimizer = make_optimizer(recipe, [kernel])
    set_optimizer(optimizer, recipe, total_steps=10)
    optimizer.apply([ops.ones((2, 2))])  # rate 0.4 * 1 / 2; velocity -0.2; nesterov adds 0.5 * velocity
    np.testing.assert_allclose(kernel.numpy(), 2.0 - 0.2 - 0.1, rtol=1e-6)
