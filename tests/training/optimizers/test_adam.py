"""Adam over a few steps against its formula."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe


def test_three_steps_by_hand() -> None:
    recipe = Recipe(optimizer="adam", learning_rate=0.1)
    variable = keras.Variable(np.full((2, 2), 2.0), dtype="float32")
    optimizer = make_optimizer(recipe, [variable])
    set_optimizer(optimizer, recipe, total_steps=10)
    value, mean, square = 2.0, 0.0, 0.0
    for step, gradient in enumerate((1.0, -0.5, 2.0), start=1):
        optimizer.apply([ops.full((2, 2), gradient)])
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        value -= 0.1 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-7)
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-4)
