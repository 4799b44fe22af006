"""Class weights by hand and against the paper's formula, and the loss that they give."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops

from suite.training.losses.cross_entropy import PART as CROSS_ENTROPY
from suite.training.losses.weighted_cross_entropy import PART, class_weights

COUNTS = np.array([500, 100, 4])


def test_by_inverse_frequency_all_classes_together_weigh_alike() -> None:
    weights = class_weights(COUNTS, {"beta": 1.0})
    assert weights * COUNTS == pytest.approx([604 / 3] * 3)


@pytest.mark.parametrize("beta", [0.9, 0.999])
def test_equals_the_papers_effective_numbers(beta: float) -> None:
    effective = np.array([sum(beta**i for i in range(count)) for count in COUNTS])
    weights = class_weights(COUNTS, {"beta": beta})
    assert weights / weights[0] == pytest.approx(effective[0] / effective)
    assert np.sum(weights * COUNTS) == pytest.approx(np.sum(COUNTS)), "their mean over the images is 1"


def test_a_beta_near_one_comes_near_the_inverse_frequency_and_one_of_zero_weighs_all_alike() -> None:
    assert class_weights(COUNTS, {"beta": 1 - 1e-9}) == pytest.approx(class_weights(COUNTS, {"beta": 1.0}), rel=1e-5)
    assert class_weights(COUNTS, {"beta": 0.0}) == pytest.approx([1, 1, 1])


def test_a_class_without_images_has_no_weight() -> None:
    for beta in (0.0, 0.9, 1.0):
        weights = class_weights(np.array([3, 0, 3]), {"beta": beta})
        assert weights == pytest.approx([1, 0, 1])


def test_the_loss_is_the_weighted_mean_by_hand_and_the_cross_entropy_with_weights_of_one() -> None:
    logits = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")
    targets, weights = {"label": np.array([0, 2, 1, 1], "int32")}, np.array([0.5, 1.0, 4.0], "float32")
    own = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -np.mean(weights[targets["label"]] * own[np.arange(4), targets["label"]])
    numbers = {"class_weights": ops.convert_to_tensor(weights)}
    found = ops.mean(PART.compute(ops.convert_to_tensor(logits), targets, numbers))
    assert float(found) == pytest.approx(expected, rel=1e-5)
    plain = ops.mean(CROSS_ENTROPY.compute(ops.convert_to_tensor(logits), targets, {"label_smoothing": 0.0}))
    ones = ops.mean(PART.compute(ops.convert_to_tensor(logits), targets, {"class_weights": ops.ones(3)}))
    assert float(ones) == pytest.approx(float(plain), rel=1e-5)


def test_the_compiled_step_weighs_by_the_training_images() -> None:
    from suite.training.recipe import Recipe
    from tests.training.test_step import loss_of, make

    recipe = Recipe(loss="weighted_cross_entropy", weight_decay=0.0)
    step = make(recipe)
    step.set_classes(recipe, np.array([6, 2, 1]))
    logits, labels = np.zeros((3, 3), "float32"), np.array([0, 0, 2], "int32")
    # weights of inverse frequency: 3 / 6, 3 / 2, 3 / 1
    assert loss_of(step, ops.convert_to_tensor(logits), labels) == pytest.approx(np.log(3) * (0.5 + 0.5 + 3.0) / 3)
