"""Clipping by the norm of all gradients together, by hand, and what of it is the optimizer's state."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe

GRADIENTS = [np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([0.0, 4.0])]
"""Their norm is 5."""


def moved(recipe: Recipe) -> list[np.ndarray]:
    variables = [keras.Variable(np.zeros(gradient.shape), dtype="float32") for gradient in GRADIENTS]
    optimizer = make_optimizer(recipe, variables)
    set_optimizer(optimizer, recipe, total_steps=10)
    optimizer.apply([ops.convert_to_tensor(gradient.astype("float32")) for gradient in GRADIENTS])
    return [-ops.convert_to_numpy(variable) for variable in variables]


@pytest.mark.parametrize(("bound", "scale"), [(1.0, 0.2), (2.5, 0.5), (5.0, 1.0), (100.0, 1.0), (0.0, 1.0)])
def test_scales_all_gradients_alike_down_to_the_bound(bound: float, scale: float) -> None:
    for found, gradient in zip(moved(Recipe(learning_rate=1.0, momentum=0.0, clip_norm=bound)), GRADIENTS, strict=True):
        np.testing.assert_allclose(found, scale * gradient, rtol=1e-6)


def test_gradients_of_zero_stay_zero() -> None:
    recipe, variable = Recipe(clip_norm=1.0), keras.Variable(np.ones((2, 2)), dtype="float32")
    optimizer = make_optimizer(recipe, [variable])
    set_optimizer(optimizer, recipe, total_steps=10)
    optimizer.apply([ops.zeros((2, 2))])
    np.testing.assert_array_equal(ops.convert_to_numpy(variable), 1.0)


def test_another_bound_is_the_same_graph_and_its_variable_belongs_to_the_optimizers_state() -> None:
    assert Recipe(clip_norm=1.0).structure() == Recipe(clip_norm=2.0).structure() != Recipe().structure()
    assert "clip_norm" not in Recipe(clip_norm=0).identity()
    recipe = Recipe(clip_norm=1.5)
    optimizer = make_optimizer(recipe, [keras.Variable(np.ones((2, 2)), dtype="float32")])
    set_optimizer(optimizer, recipe, 10)
    assert any(
        np.all(ops.convert_to_numpy(variable) == 1.5) for variable in optimizer.variables if variable.shape == ()
    )
