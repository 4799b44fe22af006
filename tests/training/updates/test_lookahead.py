"""Lookahead against its recursion in numpy, with the steps that the same optimizer makes without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.device import to_numpy
from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe

START = np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3)
GRADIENTS = np.random.default_rng(0).normal(size=(7, 2, 3)).astype("float32")
SGD: dict[str, Any] = {"learning_rate": 0.1, "momentum": 0.5}


def trained(recipe: Recipe, gradients: np.ndarray = GRADIENTS, precision: str = "float32") -> list[np.ndarray]:
    """The values of a variable after each pass."""
    variable = keras.Variable(START, name="kernel")
    optimizer = make_optimizer(recipe, [variable], precision)
    set_optimizer(optimizer, recipe, len(gradients) // recipe.passes)
    scale = 2.0**15 if precision == "mixed_float16" else 1.0
    found = []
    for gradient in gradients:
        optimizer.apply([ops.convert_to_tensor(gradient * scale)], [variable])
        found.append(to_numpy(variable).copy())
    return found


def by_hand(steps: Callable[[int, np.ndarray], np.ndarray], decay: float, every: int, total: int) -> list[np.ndarray]:
    """Weights go on by `steps(number, weights)`; after each `every` of them slow ones take their share."""
    slow = weights = START
    found = []
    for t in range(1, total + 1):
        weights = steps(t - 1, weights)
        if t % every == 0:
            kept = decay * (t / total) ** 3
            slow = weights = kept * slow + (1 - kept) * weights
        if t == total:
            weights = slow
        found.append(weights)
    return found


def momentum() -> Callable[[int, np.ndarray], np.ndarray]:
    velocity = np.zeros_like(START)

    def step(number: int, weights: np.ndarray) -> np.ndarray:
        nonlocal velocity
        velocity = 0.5 * velocity - 0.1 * GRADIENTS[number]  # which goes on, whatever the weights go back to
        return weights + velocity

    return step


@pytest.mark.parametrize("every", [1, 2, 3, 7, 20])
def test_weights_go_back_to_slow_ones_and_end_on_them(every: int) -> None:
    found = trained(Recipe(**SGD, lookahead=0.8, lookahead_steps=every))
    expected = by_hand(momentum(), 0.8, every, len(GRADIENTS))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    plain = trained(Recipe(**SGD))
    assert np.abs(found[-1] - plain[-1]).max() > 0.01
    if every == 20:
        np.testing.assert_allclose(found[-1], START, rtol=1e-6)  # no return within the training: where it began


def test_a_step_of_several_passes_is_one_step() -> None:
    recipe = Recipe(**SGD, lookahead=0.8, lookahead_steps=2, accumulate=2, batch_size=4)
    found = trained(recipe, np.repeat(GRADIENTS, 2, axis=0))
    np.testing.assert_allclose(found[1::2], trained(Recipe(**SGD, lookahead=0.8, lookahead_steps=2)), rtol=1e-5)


def test_it_serves_other_optimizers() -> None:
    for optimizer in ("adamw", "lion"):
        recipe = Recipe(optimizer=optimizer, learning_rate=0.1, lookahead=1.0, lookahead_steps=7)
        np.testing.assert_allclose(trained(recipe)[-1], START, rtol=1e-6)


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="Keras scales losses in traced functions alone there")
def test_it_serves_scaled_losses() -> None:
    recipe = Recipe(**SGD, lookahead=0.8, lookahead_steps=2)
    np.testing.assert_allclose(trained(recipe, precision="mixed_float16"), trained(recipe), rtol=1e-5)


def test_slow_weights_are_state_of_the_optimizer_and_start_with_the_run() -> None:
    recipe, variable = Recipe(**SGD, lookahead=0.8), keras.Variable(START, name="kernel")
    optimizer = make_optimizer(recipe, [variable])
    (slow,) = [of for of in optimizer.variables if of.name.endswith("slow")]
    variable.assign(START + 1)
    set_optimizer(optimizer, recipe, 10)
    np.testing.assert_array_equal(to_numpy(slow), START + 1)


def test_off_it_is_no_part_of_a_run() -> None:
    assert Recipe(lookahead=0.0) == Recipe()
    assert "lookahead" not in Recipe(lookahead=0.0).identity()
    assert Recipe(lookahead=0.5).structure() == Recipe(lookahead=0.8).structure() != Recipe().structure()
    assert Recipe(lookahead=0.5, lookahead_steps=6).structure() != Recipe(lookahead=0.5).structure()
