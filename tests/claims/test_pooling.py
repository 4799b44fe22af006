"""What articles say of pooling, computed with the layers that the families use."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from suite.models.layer_table import layer_table

pytestmark = pytest.mark.slow


MAPS = np.random.default_rng(0).normal(size=(4, 16, 16, 8)).astype("float32")


def test_the_regions_of_the_article() -> None:
    regions = [[1, 3, 2, 4], [0, 2, 1, 3], [5, 1, 0, 2], [3, 1, 4, 0]]
    rows = np.block([[np.reshape(r, (2, 2)) for r in regions[:2]], [np.reshape(r, (2, 2)) for r in regions[2:]]])
    picture = rows.astype("float32")[None, ..., None]
    assert np.array(layers.MaxPooling2D(2)(picture))[0, ..., 0].tolist() == [[4, 3], [5, 4]]
    assert np.array(layers.AveragePooling2D(2)(picture))[0, 0, 0, 0] == 2.5


@pytest.mark.parametrize("size", [2, 4])
def test_it_divides_the_sides_and_has_no_parameters(size: int) -> None:
    for kind in (layers.MaxPooling2D, layers.AveragePooling2D):
        pool = kind(size)
        assert pool(MAPS).shape == (4, 16 // size, 16 // size, 8)
        assert not pool.weights


def test_a_convolution_behind_it_costs_a_quarter() -> None:
    inputs = keras.Input((16, 16, 8))
    rows = {}
    for name, x in (("whole", inputs), ("pooled", layers.MaxPooling2D(2)(inputs))):
        rows[name] = layer_table(keras.Model(inputs, layers.Conv2D(8, 3, padding="same")(x)))[-1]
    assert rows["whole"].macs == 4 * (rows["pooled"].macs or 0)


def test_a_global_average_is_a_number_for_each_channel() -> None:
    pooled = np.array(layers.GlobalAveragePooling2D()(MAPS))
    assert pooled.shape == (4, 8)
    np.testing.assert_allclose(pooled, MAPS.mean((1, 2)), rtol=1e-4, atol=1e-6)


def test_an_average_sends_its_gradient_to_all_alike() -> None:
    picture = tf.constant([[1.0, 3.0], [4.0, 2.0]])[None, ..., None]
    with tf.GradientTape() as tape:
        tape.watch(picture)
        loss = 4.0 * tf.reduce_sum(layers.AveragePooling2D(2)(picture))
    assert tape.gradient(loss, picture)[0, ..., 0].numpy().tolist() == [[1.0, 1.0], [1.0, 1.0]]


def relative_change(maps: np.ndarray, shifted: np.ndarray) -> float:
    return float(np.square(maps - shifted).sum() / np.square(maps - maps.mean()).sum())


@pytest.mark.parametrize("axis", [1, 2])
def test_maps_change_less_by_a_shift_where_they_are_pooled(axis: int) -> None:
    """By a pixel, of maps in which each is independent of its neighbours: the hardest ones."""
    shifted = np.roll(MAPS, 1, axis=axis)
    pool = layers.MaxPooling2D(2)
    change = relative_change(np.array(pool(MAPS)), np.array(pool(shifted)))
    assert 0.5 < change < 0.75 * relative_change(MAPS, shifted)


@pytest.mark.refutes("guide-invariance", "module-invariance")
def test_a_peak_that_leaves_its_window_moves_in_the_pooled_map() -> None:
    """Within its window it does not: of the shifts by a pixel, half change the pooled map."""
    pool, changed = layers.MaxPooling2D(2), []
    for column in range(2, 6):
        picture = np.zeros((1, 8, 8, 1), "float32")
        picture[0, 3, column] = 1.0
        before, after = np.array(pool(picture)), np.array(pool(np.roll(picture, 1, axis=2)))
        changed.append(bool((before != after).any()))
    assert changed == [False, True, False, True]
