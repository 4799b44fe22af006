"""GridMask: so many images get a grid, and what is erased is the grid."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.augment.grid_mask import PART
from suite.training.batch import Batch
from suite.training.pixels.keras_cv_masks import grids
from suite.training.recipe import Recipe
from tests.training.augment.by_hand import apply, images, uniforms

on_tensorflow = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="keras-cv is TensorFlow's")


@on_tensorflow
@pytest.mark.parametrize("probability", [1.0, 0.4])
def test_the_grid_is_erased_where_it_is_drawn(probability: float) -> None:
    pixels, draws = images(height=24, width=30), uniforms(PART.draws)
    step = apply(PART, draws, grid_mask=probability, grid_mask_ratio=0.6)
    kept = ops.convert_to_numpy(step(Batch(ops.convert_to_tensor(pixels), {})).kept)
    where = grids(ops.convert_to_tensor(draws[:, 1] * np.float32(0.6)), ops.convert_to_tensor(draws[:, 2:]), (24, 30))
    chosen = draws[:, 0] < probability
    np.testing.assert_array_equal(~kept, ops.convert_to_numpy(where) & chosen[:, None, None])
    assert 0.03 < (~kept[chosen]).mean() < 0.36


def test_its_probability_is_a_variable_and_its_presence_the_graphs() -> None:
    off, on, more = Recipe(), Recipe(grid_mask=0.25), Recipe(grid_mask=0.5, grid_mask_ratio=0.3)
    assert on.structure() == more.structure() != off.structure()
    assert "grid_mask" not in off.identity()
