"""Oversampling: how often each image is shown; epochs differ and repeat by their seed; off, nothing moves."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.feed import epoch_order
from suite.training.recipe import Recipe
from suite.training.sampling.oversampling import shares

LABELS = np.repeat([0, 1, 2], [60, 30, 10]).astype("int32")
INDEX = np.random.default_rng(4).permutation(1000)[:100]
"""Where the images lie; the i-th is of class LABELS[i]."""


def shown(oversample: float, epoch: int = 0, seed: int = 1) -> np.ndarray:
    return epoch_order(INDEX, 10, seed, epoch, Recipe(oversample=oversample), LABELS)


@pytest.mark.parametrize(("power", "counts"), [(0.0, [60, 30, 10]), (1.0, [34, 33, 33]), (0.5, [47, 34, 19])])
def test_a_class_is_shown_by_the_power_of_its_images(power: float, counts: list[int]) -> None:
    exact = np.array([60.0, 30.0, 10.0]) ** (1 - power)
    exact *= 100 / exact.sum()
    found = shares([60, 30, 10], power)
    assert found.sum() == 100
    assert np.abs(found - exact).max() < 1
    assert found.tolist() == counts


def test_all_classes_alike_and_each_image_of_a_class_equally_often() -> None:
    order = shown(1.0)
    assert order.shape == (10, 10)
    times = np.array([np.sum(order == place) for place in INDEX])
    for label, count in enumerate([34, 33, 33]):
        own = times[label == LABELS]
        assert own.sum() == count
        assert own.max() - own.min() <= 1
    assert set(order.ravel()) <= set(INDEX)


def test_epochs_differ_and_the_same_seed_and_epoch_give_the_same() -> None:
    np.testing.assert_array_equal(shown(1.0, 3), shown(1.0, 3))
    assert not np.array_equal(shown(1.0, 3), shown(1.0, 4))
    assert not np.array_equal(shown(1.0, 3), shown(1.0, 3, seed=2))
    left_out = [set(INDEX[LABELS == 0]) - set(shown(1.0, epoch).ravel()) for epoch in (0, 1)]
    assert left_out[0] != left_out[1]


def test_without_it_the_order_is_the_one_that_runs_always_had() -> None:
    order = np.random.default_rng((1, 5)).permutation(100)
    expected = INDEX[order].reshape(10, 10)
    np.testing.assert_array_equal(shown(0.0, 5), expected)
    np.testing.assert_array_equal(epoch_order(INDEX, 10, 1, 5), expected)
    assert "oversample" not in Recipe(oversample=0).identity()
