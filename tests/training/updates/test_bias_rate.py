"""Offsets of norms step at so many times the rate, and nothing else does."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from suite.models.blocks.normalization import BatchNormalization
from suite.training.device import to_numpy
from suite.training.groups import is_norm_offset
from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.recipe import Recipe


def moved(recipe: Recipe, steps: int = 3) -> dict[str, np.ndarray]:
    """How far each variable of a small network goes, by its path; all gradients are one."""
    inputs = keras.Input((3,))
    x = BatchNormalization(name="norm")(keras.layers.Dense(2, name="dense")(inputs))
    net = keras.Model(inputs, keras.layers.LayerNormalization(name="layer")(x))
    variables = net.trainable_variables
    before = [to_numpy(variable).copy() for variable in variables]
    optimizer = make_optimizer(recipe, variables)
    set_optimizer(optimizer, recipe, total_steps=10)
    for _ in range(steps):
        optimizer.apply([ops.ones(variable.shape) for variable in variables], variables)
    return {
        variable.path: to_numpy(variable) - value for variable, value in zip(variables, before, strict=True)
    }  # fmt: skip


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_norms_offsets_go_so_many_times_as_far(optimizer: str) -> None:
    values: dict[str, Any] = {"optimizer": optimizer, "learning_rate": 0.01, "weight_decay": 0.0}
    plain, found = moved(Recipe(**values)), moved(Recipe(**values, bias_rate=64.0))
    assert {path for path in found if path.endswith("beta")} == {"norm/beta", "layer/beta"}
    for path, step in found.items():
        np.testing.assert_allclose(step, plain[path] * (64 if path.endswith("beta") else 1), rtol=1e-4)


def test_offsets_are_known_by_their_name_alone() -> None:
    dense = keras.layers.Dense(2)
    dense.build((None, 3))
    assert not any(map(is_norm_offset, dense.variables))


def test_off_it_is_no_part_of_a_run_and_its_value_is_a_variable() -> None:
    assert Recipe(bias_rate=1.0) == Recipe()
    assert "bias_rate" not in Recipe().identity()
    assert Recipe(bias_rate=2.0).structure() == Recipe(bias_rate=64.0).structure() != Recipe().structure()
