"""Focal loss by hand, its gradient against differences, and the cross-entropy that it is at gamma 0."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.losses.cross_entropy import PART as CROSS_ENTROPY
from suite.training.losses.focal import PART
from suite.training.recipe import Recipe

LOGITS = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]], "float32"))
TARGETS = {"label": np.array([0, 2, 1], "int32")}


def loss(logits: np.ndarray, gamma: float) -> float:
    return float(ops.mean(PART.compute(ops.convert_to_tensor(logits), TARGETS, {"gamma": gamma})))


def test_a_small_table_by_hand() -> None:
    own = np.array([0.7, 0.3, 0.25])
    assert loss(LOGITS, 2.0) == pytest.approx(-np.mean((1 - own) ** 2 * np.log(own)), rel=1e-5)
    assert loss(LOGITS, 0.5) == pytest.approx(-np.mean((1 - own) ** 0.5 * np.log(own)), rel=1e-5)


def test_is_the_cross_entropy_at_gamma_0() -> None:
    each = CROSS_ENTROPY.compute(ops.convert_to_tensor(LOGITS), TARGETS, {"label_smoothing": 0.0})
    expected = float(ops.mean(each))
    assert loss(LOGITS, 0.0) == pytest.approx(expected, rel=1e-5)


def test_its_gradient_is_that_of_differences_and_finite_where_nothing_is_missing() -> None:
    import tensorflow as tf

    certain = np.array([[60.0, 0.0, 0.0]] + [[0.2, -0.1, 0.5]] * 2, "float32")
    logits = keras.Variable(certain)
    with tf.GradientTape() as tape:
        value = ops.mean(PART.compute(logits.value, TARGETS, {"gamma": 0.5}))
    gradient = tape.gradient(value, logits.value).numpy()
    assert np.isfinite(gradient).all()
    for place in ((1, 0), (1, 2), (2, 1)):
        up, down = certain.copy(), certain.copy()
        up[place] += 1e-2
        down[place] -= 1e-2
        assert gradient[place] == pytest.approx((loss(up, 0.5) - loss(down, 0.5)) / 2e-2, rel=2e-2)


def test_a_recipe_with_it_is_another_run_and_one_without_is_the_old_one() -> None:
    assert Recipe(loss="focal").identity()["loss"] == "focal"
    assert "loss" not in Recipe(loss="cross_entropy").identity()
    assert Recipe(loss="focal", gamma=1.0).structure() == Recipe(loss="focal").structure()
