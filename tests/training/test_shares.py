"""Shares of the rate: each optimizer's step of a variable is that share of the step it would have made."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from suite.models.depth import HEAD, Depth
from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe, parts

BELOW, TOP = Depth(2, 3), Depth(1, 1)
START = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
GRADIENTS = [np.random.default_rng(step).normal(size=(4, 3)).astype("float32") for step in range(6)]


def trained(recipe: Recipe, steps: int = 6, depth: Any = None, epochs_steps: int = 6) -> list[np.ndarray]:
    """The values of one variable after each step; `depth` None: of an optimizer that knows no shares."""
    variable = keras.Variable(START, name="kernel")
    variable._path = "block/kernel"
    depths = {variable.path: depth} if depth is not None else None
    optimizer = make_optimizer(recipe, [variable], depths=depths)
    set_optimizer(optimizer, recipe, epochs_steps)
    found = []
    step = tf.function(lambda gradient: optimizer.apply([gradient], [variable]))  # as it is in training: traced
    for gradient in GRADIENTS[:steps]:
        step(keras.ops.convert_to_tensor(gradient))
        found.append(np.array(variable))
    return found


def one_of(optimizer: str, **values: Any) -> Recipe:
    return Recipe(optimizer=optimizer, epochs=1, batch_size=4, learning_rate=0.01, **values)


@pytest.mark.parametrize("optimizer", [*parts("optimizers")])
def test_a_share_of_the_rate_is_the_rate_times_the_share(optimizer: str) -> None:
    """Independently: the same optimizer at a tenth of the rate, with momenta and decay of its own."""
    shared = trained(one_of(optimizer, backbone_rate=0.1), depth=BELOW)
    slower = trained(Recipe(optimizer=optimizer, epochs=1, batch_size=4, learning_rate=0.001))
    np.testing.assert_allclose(shared, slower, rtol=1e-4, atol=1e-6)
    whole = trained(one_of(optimizer))
    assert np.abs(shared[0] - START).max() < 0.2 * np.abs(whole[0] - START).max()


def test_the_head_learns_at_the_whole_rate_bit_for_bit() -> None:
    np.testing.assert_array_equal(
        trained(one_of("adamw", backbone_rate=0.1, layer_decay=0.5), depth=HEAD), trained(one_of("adamw"))
    )


def test_shares_of_several_parts_are_multiplied() -> None:
    both = trained(one_of("sgd", backbone_rate=0.5, layer_decay=0.5), depth=BELOW)
    product = trained(one_of("sgd", backbone_rate=0.5 * 0.5**3), depth=BELOW)
    np.testing.assert_allclose(both, product, rtol=1e-5)


def test_epochs_are_counted_in_steps_whatever_passes_they_have() -> None:
    """A level that begins to learn in the second epoch of three steps does so after six passes, two to a step."""
    recipe = Recipe(optimizer="sgd", learning_rate=0.01, epochs=2, batch_size=4, unfreeze=1, accumulate=2)
    variable = keras.Variable(START, name="kernel")
    optimizer = make_optimizer(recipe, [variable], depths={variable.path: TOP})
    set_optimizer(optimizer, recipe, 6)
    found = []
    for gradient in np.repeat(GRADIENTS, 2, axis=0):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        found.append(np.abs(np.array(variable) - START).max())
    assert found[:6] == [0.0] * 6
    assert found[6] == 0.0 < found[7]
