"""float16: the loss is scaled, what overflows is left out, and the scale is part of the state."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training import optimization
from suite.training.optimization import LOSS_SCALE, make_optimizer, set_optimizer
from suite.training.recipe import Recipe, parts


def scaled(recipe: Recipe) -> tuple[keras.optimizers.Optimizer, keras.Variable]:
    variable = keras.Variable(np.full((2, 2), 2.0), dtype="float32")
    optimizer = make_optimizer(recipe, [variable], "mixed_float16")
    set_optimizer(optimizer, recipe, total_steps=10)
    return optimizer, variable


def apply(optimizer: keras.optimizers.Optimizer, gradient: float) -> None:
    """A step with the gradient of the loss as the optimizer scales it."""
    optimizer.apply([ops.ones((2, 2)) * optimizer.scale_loss(ops.convert_to_tensor(gradient))])


@pytest.mark.parametrize("name", sorted(parts("optimizers")))
def test_a_step_is_that_of_the_gradient_without_a_scale(name: str) -> None:
    recipe = Recipe(optimizer=name, learning_rate=0.1, warmup=0.3)
    optimizer, variable = scaled(recipe)
    plain = keras.Variable(np.full((2, 2), 2.0), dtype="float32")
    other = make_optimizer(recipe, [plain])
    set_optimizer(other, recipe, total_steps=10)
    for gradient in (1.0, -0.5):
        apply(optimizer, gradient)
        other.apply([ops.full((2, 2), gradient)])
    np.testing.assert_allclose(ops.convert_to_numpy(variable), ops.convert_to_numpy(plain), rtol=1e-5)
    assert int(optimizer.iterations) == 2


def test_a_bound_on_the_norm_is_one_of_gradients_without_a_scale() -> None:
    optimizer, variable = scaled(Recipe(learning_rate=1.0, momentum=0.0, clip_norm=1.0))
    apply(optimizer, 4.0)  # a norm of 8
    np.testing.assert_allclose(ops.convert_to_numpy(variable), 2.0 - 0.5, rtol=1e-6)


def test_what_overflows_is_left_out_and_halves_the_scale_which_a_new_run_does_not_inherit() -> None:
    recipe = Recipe(learning_rate=0.1)
    optimizer, variable = scaled(recipe)
    for _ in range(3):
        apply(optimizer, float("inf"))
    np.testing.assert_array_equal(ops.convert_to_numpy(variable), 2.0)
    assert (int(optimizer.iterations), float(optimizer.dynamic_scale)) == (0, LOSS_SCALE / 8)
    assert id(optimizer.dynamic_scale) in {id(kept) for kept in optimizer.variables}
    set_optimizer(optimizer, recipe, total_steps=10)
    assert float(optimizer.dynamic_scale) == LOSS_SCALE == optimization.LOSS_SCALE


def test_gradients_that_float16_cannot_hold_arrive() -> None:
    """1e-8 is below float16's least number, 6e-8; scaled it is 3e-4."""
    optimizer, variable = scaled(Recipe(learning_rate=1e8, momentum=0.0))
    factor = keras.Variable(np.float32(1e-8))
    gradient = ops.cast(optimizer.scale_loss(ops.convert_to_tensor(factor)), "float16")
    assert float(ops.cast(ops.convert_to_tensor(factor), "float16")) == 0
    optimizer.apply([ops.cast(gradient, "float32") * ops.ones((2, 2))])
    np.testing.assert_allclose(ops.convert_to_numpy(variable), 1.0, rtol=1e-2)
