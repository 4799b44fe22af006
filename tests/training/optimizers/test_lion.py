"""Lion against its formula over a few steps, with decay and without."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe, parts


@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_five_steps_by_hand(decay: float) -> None:
    """u = sign(0.9 m + 0.1 g); m = 0.99 m + 0.01 g; w moves by -r (u + d w), a bias by -r u."""
    random = np.random.default_rng(0)
    recipe = Recipe(optimizer="lion", learning_rate=0.1, weight_decay=decay)
    kernel, bias = random.normal(size=(3, 4)), random.normal(size=4)
    variables = [keras.Variable(value, dtype="float32") for value in (kernel, bias)]
    optimizer = make_optimizer(recipe, variables)
    set_optimizer(optimizer, recipe, total_steps=10)
    values, means, decays = [kernel, bias], [np.zeros((3, 4)), np.zeros(4)], (decay, 0.0)
    for _ in range(5):
        gradients = [random.normal(size=value.shape) for value in values]
        optimizer.apply([keras.ops.convert_to_tensor(gradient.astype("float32")) for gradient in gradients])
        for i, gradient in enumerate(gradients):
            values[i] = values[i] - 0.1 * (np.sign(0.9 * means[i] + 0.1 * gradient) + decays[i] * values[i])
            means[i] = 0.99 * means[i] + 0.01 * gradient
            np.testing.assert_allclose(keras.ops.convert_to_numpy(variables[i]), values[i], rtol=1e-4, atol=1e-6)


def test_the_decay_is_its_own_and_a_search_looks_where_its_rate_says() -> None:
    from suite.config.search import space_of

    assert parts("optimizers")["lion"].decoupled
    found = space_of("mine", "auto", Recipe(optimizer="lion"))
    assert found.dimensions["learning_rate"] == {"low": pytest.approx(2e-5), "high": pytest.approx(2e-3), "log": True}
    adamws = space_of("mine", "auto", Recipe(optimizer="adamw")).dimensions["weight_decay"]
    assert found.dimensions["weight_decay"] == {"low": 5 * adamws["low"], "high": 5 * adamws["high"], "log": True}
