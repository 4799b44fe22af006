"""A small network that trains step by step, so that every weight that an average is made of can be kept."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from suite.training.device import to_numpy
from suite.training.recipe import Recipe
from tests.training.test_step import inputs, make

STEPS = 10


def with_statistics() -> keras.Model:
    images = keras.Input((4, 4, 2))
    x = keras.layers.BatchNormalization()(keras.layers.Flatten()(images))
    return keras.Model(images, keras.layers.Dense(3)(keras.layers.Dropout(0.1, seed=1)(x)))


def trained(recipe: Recipe) -> Iterator[tuple[list[np.ndarray], list[np.ndarray]]]:
    """After 0, 1, ... STEPS steps: the weights and moving statistics, and what the network is evaluated with."""
    step = make(recipe, with_statistics())
    assert step.averages is not None
    step.averages.start(STEPS)
    averaged = [variable for variable in step.net.variables if "seed" not in variable.path]
    for number in range(STEPS + 1):
        weights = [to_numpy(variable) for variable in averaged]
        with step.averages.in_place(number):
            average = [to_numpy(variable) for variable in averaged]
        yield weights, average
        for variable, value in zip(averaged, weights, strict=True):
            np.testing.assert_array_equal(to_numpy(variable), value)
        row = inputs(np.array([[number, (number + 5) % 12]], "int32"))
        step.fit({**row, "step": np.array([number], "int32")}, batch_size=1, verbose=0)
