"""The compiled step: its loss by hand, its normalisation, and random numbers that depend on key and step alone."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops
from suite.training.augmentation import DRAWS, Augmentation
from suite.training.optimizer import make_optimizer, set_optimizer

from suite.training.device import to_numpy
from suite.training.preprocessing import Preprocessing
from suite.training.recipe import Recipe
from suite.training.step import CompiledStep

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 4, 4, 2), dtype=np.uint8)
LABELS = np.arange(12, dtype="int32") % 3
PREPROCESSING = Preprocessing((0.4, 0.6), (0.2, 0.3), (4, 4, 2), ("a", "b", "c"))


def make(recipe: Recipe, net: keras.Model | None = None) -> CompiledStep:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4, 4, 2))
    net = net or keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    images = keras.Variable(IMAGES, dtype="uint8", trainable=False, autocast=False)
    step = CompiledStep(net, images, Augmentation.of(recipe), recipe)
    step.set_values(recipe, PREPROCESSING, augment_seed=5)
    optimizer = make_optimizer(recipe, net.trainable_variables)
    set_optimizer(optimizer, recipe, 10)
    step.compile(optimizer=optimizer, loss=None, jit_compile=False)
    return step


def test_evaluation_sees_the_normalised_images_without_augmentation() -> None:
    step = make(Recipe(flip=True, shift=1, cutout=2))
    rows = np.array([[3, 1, 4], [1, 5, 9]], dtype="int32")
    logits = step.predict({"index": rows, "step": np.zeros(2, "int32")}, batch_size=1, verbose=0)
    kernel, bias = (to_numpy(variable) for variable in step.net.trainable_variables)
    expected = PREPROCESSING.apply(IMAGES[rows.ravel()]).reshape(6, -1) @ kernel + bias
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_loss_by_hand(optimizer: str) -> None:
    """Smoothed cross-entropy; plus half the decay times the kernel's squares where the optimizer does not decay."""
    recipe = Recipe(optimizer=optimizer, label_smoothing=0.2, weight_decay=0.3)
    step = make(recipe)
    logits, labels = np.random.default_rng(1).normal(size=(5, 3)).astype("float32"), np.array([0, 2, 1, 1, 0])
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    target = np.eye(3)[labels] * 0.8 + 0.2 / 3
    expected = -(target * logarithms).sum(axis=1).mean()
    if optimizer == "sgd":
        expected += 0.5 * 0.3 * (to_numpy(step.net.trainable_variables[0]) ** 2).sum()
    loss = step.compute_loss(y=ops.convert_to_tensor(labels[None]), y_pred=ops.convert_to_tensor(logits))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_random_numbers_depend_on_key_and_step_alone() -> None:
    def draw(step: CompiledStep, number: int) -> np.ndarray:
        return ops.convert_to_numpy(step._uniforms(200, ops.convert_to_tensor(number)))

    one, other = make(Recipe()), make(Recipe())
    first = draw(one, 7)
    draw(other, 3)
    np.testing.assert_array_equal(first, draw(other, 7))
    assert first.shape == (200, DRAWS)
    assert abs(first.mean() - 0.5) < 0.05
    other.set_values(Recipe(), PREPROCESSING, augment_seed=6)
    streams = [draw(one, 7), draw(one, 8), draw(other, 7), draw(other, 8)]
    assert len(np.unique(np.concatenate(streams))) > 0.99 * 4 * 200 * DRAWS  # no stream repeats another's


def test_metrics_are_those_of_the_true_labels() -> None:
    step = make(Recipe(label_smoothing=0.5, weight_decay=1.0, learning_rate=1e-12))
    rows = np.array([[0, 1, 2, 3], [4, 5, 6, 7]], dtype="int32")
    history = step.fit(
        {"index": rows, "step": np.arange(2, dtype="int32")}, LABELS[rows], batch_size=1, shuffle=False, verbose=0
    )
    logits = step.predict({"index": rows, "step": np.arange(2, dtype="int32")}, batch_size=1, verbose=0)
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    assert history.history["cross_entropy"][0] == pytest.approx(-logarithms[np.arange(8), LABELS[:8]].mean(), rel=1e-4)
    assert history.history["accuracy"][0] == pytest.approx((logits.argmax(axis=1) == LABELS[:8]).mean())


def test_further_outputs_are_trained_with_three_tenths_and_never_predicted() -> None:
    """GoogLeNet's auxiliary classifiers."""
    recipe = Recipe(optimizer="sgd", weight_decay=0.0, learning_rate=0.1)
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4, 4, 2))
    shared = keras.layers.Flatten()(inputs)
    heads = [keras.layers.Dense(3, name=name)(shared) for name in ("own", "auxiliary")]
    step = make(recipe, keras.Model(inputs, heads))
    logits = [np.random.default_rng(seed).normal(size=(5, 3)).astype("float32") for seed in (1, 2)]
    labels = np.array([0, 2, 1, 1, 0])

    def cross_entropy(values: np.ndarray) -> float:
        return -(np.eye(3)[labels] * np.log(np.exp(values) / np.exp(values).sum(1, keepdims=True))).sum(1).mean()

    loss = step.compute_loss(y=ops.convert_to_tensor(labels[None]), y_pred=list(map(ops.convert_to_tensor, logits)))
    assert float(loss) == pytest.approx(cross_entropy(logits[0]) + 0.3 * cross_entropy(logits[1]), rel=1e-5)

    rows, numbers = np.arange(12, dtype="int32").reshape(1, 12), np.zeros(1, "int32")
    before = [to_numpy(variable).copy() for variable in step.net.trainable_variables]
    step.fit({"index": rows, "step": numbers}, LABELS[rows], batch_size=1, shuffle=False, verbose=0)
    moved = [np.abs(to_numpy(now) - was).max() for now, was in zip(step.net.trainable_variables, before, strict=True)]
    assert min(moved) > 0, "both heads learn"
    predicted = step.predict({"index": rows, "step": numbers}, batch_size=1, verbose=0)
    kernel, bias = (to_numpy(weight) for weight in step.net.get_layer("own").weights)
    expected = PREPROCESSING.apply(IMAGES).reshape(12, -1) @ kernel + bias
    np.testing.assert_allclose(predicted, expected, rtol=1e-4, atol=1e-5)
