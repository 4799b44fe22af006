"""The compiled step: its loss by hand, its normalisation, and random numbers that depend on key and step alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from suite import tasks
from suite.models.training_progress import training_progress
from suite.training.augment import PIXELS, PLACES, Transform
from suite.training.device import to_numpy
from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.preprocessing import Preprocessing
from suite.training.recipe import Number, Recipe, parts
from suite.training.recipe import recipe as recipes
from suite.training.step import CompiledStep

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 4, 4, 2), dtype=np.uint8)
LABELS = np.arange(12, dtype="int32") % 3
PREPROCESSING = Preprocessing((0.4, 0.6), (0.2, 0.3), (4, 4, 2), ("a", "b", "c"))


def make(recipe: Recipe, net: keras.Model | None = None) -> CompiledStep:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4, 4, 2))
    net = net or keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    images = keras.Variable(IMAGES, dtype="uint8", trainable=False, autocast=False)
    step = CompiledStep(net, images, tasks.get("classification"), recipe)
    optimizer = make_optimizer(recipe, net.trainable_variables)
    set_optimizer(optimizer, recipe, 10)
    step.set_values(recipe, PREPROCESSING, augment_seed=5)
    step.compile(optimizer=optimizer, loss=None, jit_compile=False)
    return step


def inputs(rows: np.ndarray) -> dict[str, Any]:
    return {"index": rows, "step": np.arange(len(rows), dtype="int32"), "targets": {"label": LABELS[rows]}}


def one_row(count: int) -> dict[str, Any]:
    """The first images as the batch of step 4."""
    rows = np.arange(count, dtype="int32")[None]
    return {**inputs(rows), "step": np.array([4], "int32")}


def loss_of(step: CompiledStep, outputs: Any, labels: np.ndarray) -> float:
    targets = {"label": ops.convert_to_tensor(labels)}
    return float(step.compute_loss(y_pred={"outputs": outputs, "targets": targets}))


def every_transform() -> Recipe:
    switches = {part.switch: part for part in parts("augment").values()}
    numbers = {name: next(n for n in part.numbers if n.name == name) for name, part in switches.items()}
    on: dict[str, Any] = {name: True if n.neutral is False else n.high / 2 for name, n in numbers.items()}
    whole = {name: 1 for name, number in numbers.items() if type(number.default) is int}
    return Recipe(
        **{**on, **whole, "auto_augment": "cifar10", "augmix": 3.0, "mixup": 1.0, "cutmix": 1.0}, cutmix_probability=0.5
    )


@pytest.mark.slow
def test_a_recipe_with_every_transform_trains() -> None:
    recipe = every_transform()
    assert len(recipe.transforms) == len(parts("augment"))
    step = make(recipe)
    before = to_numpy(step.net.trainable_variables[0]).copy()
    history = step.fit(inputs(np.array([[0, 1, 2, 3], [4, 5, 6, 7]], "int32")), batch_size=1, shuffle=False, verbose=0)
    assert np.isfinite(history.history["train_loss"][0])
    assert (to_numpy(step.net.trainable_variables[0]) != before).any()


def test_evaluation_sees_the_normalised_images_without_augmentation() -> None:
    step = make(every_transform())
    rows = np.array([[3, 1, 4], [1, 5, 9]], dtype="int32")
    logits = step.predict({"index": rows, "step": np.zeros(2, "int32")}, batch_size=1, verbose=0)
    kernel, bias = (to_numpy(variable) for variable in step.net.trainable_variables)
    expected = PREPROCESSING.apply(IMAGES[rows.ravel()]).reshape(6, -1) @ kernel + bias
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("optimizer", sorted(parts("optimizers")))
def test_loss_by_hand(optimizer: str) -> None:
    """Smoothed cross-entropy; plus half the decay times the kernel's squares where the optimizer does not decay."""
    recipe = Recipe(optimizer=optimizer, label_smoothing=0.2, weight_decay=0.3)
    step = make(recipe)
    logits, labels = np.random.default_rng(1).normal(size=(5, 3)).astype("float32"), np.array([0, 2, 1, 1, 0])
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    target = np.eye(3)[labels] * 0.8 + 0.2 / 3
    expected = -(target * logarithms).sum(axis=1).mean()
    if not parts("optimizers")[optimizer].decoupled:
        expected += 0.5 * 0.3 * (to_numpy(step.net.trainable_variables[0]) ** 2).sum()
    assert loss_of(step, ops.convert_to_tensor(logits), labels) == pytest.approx(expected, rel=1e-5)


def test_without_a_decay_its_sum_is_no_part_of_the_graph() -> None:
    recipe = Recipe(weight_decay=0.0)
    assert make(recipe).coupled_decay is False
    assert make(Recipe(weight_decay=0.1)).coupled_decay is True
    assert make(Recipe(optimizer="adamw", weight_decay=0.1)).coupled_decay is False


def draw(step: CompiledStep, stream: str, number: int, draws: int = 2) -> np.ndarray:
    return np.array(ops.convert_to_numpy(step._uniforms(stream, (200, draws), ops.convert_to_tensor(number))))


def test_random_numbers_depend_on_key_stream_and_step_alone() -> None:
    one, other = make(Recipe()), make(Recipe())
    first = draw(one, "flip", 7)
    draw(other, "flip", 3)
    draw(other, "shift", 7)
    np.testing.assert_array_equal(first, draw(other, "flip", 7))
    assert first.shape == (200, 2)
    assert abs(first.mean() - 0.5) < 0.1
    assert ((first >= 0) & (first < 1)).all()
    other.set_values(Recipe(), PREPROCESSING, augment_seed=6)
    streams = [draw(step, name, number) for step in (one, other) for name in ("flip", "shift") for number in (7, 8)]
    assert len(np.unique(np.concatenate(streams))) > 0.99 * 8 * 200 * 2  # no stream repeats another's


SEEN: dict[str, list[np.ndarray]] = {}


def recording(name: str, draws: int, order: int) -> Transform:
    """A transform that changes nothing and keeps what it draws."""

    def apply(batch: Any, uniforms: Any, numbers: Any) -> Any:
        SEEN.setdefault(name, []).append(to_numpy(uniforms))
        return batch

    number = Number(name, 0, "structural", "on", low=0, neutral=0)
    return Transform(name, "Keeps its draws", numbers=(number,), apply=apply, switch=name, draws=draws, order=order)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two transforms more, one that acts before all others and one in their midst."""
    SEEN.clear()
    for name, draws, order in (("aaa", 3, PLACES - 1), ("recorded", 2, PIXELS)):
        monkeypatch.setitem(parts("augment"), name, recording(name, draws, order))
    recipes.every_number.cache_clear()
    yield
    recipes.every_number.cache_clear()


def test_a_new_transform_never_changes_an_old_ones_draws(made_up: None) -> None:
    """Each has a stream of its own, named after it: what else a recipe switches on leaves it alone."""
    rows = one_row(6)
    alone, among = Recipe(recorded=1), Recipe(recorded=1, aaa=1, flip=True, shift=1, cutout=1)
    for recipe in (alone, among):
        make(recipe).call(rows, training=True)
    first, second = SEEN["recorded"]
    assert first.shape == (6, 2)
    np.testing.assert_array_equal(first, second)
    assert not np.isin(SEEN["aaa"][0], first).any()


def received(recipe: Recipe) -> np.ndarray:
    """What the network gets of the 12 images at step 4."""
    pixels = keras.Input((4, 4, 2))
    net = keras.Model(pixels, keras.layers.Flatten()(pixels))
    images = keras.Variable(IMAGES, dtype="uint8", trainable=False, autocast=False)
    step = CompiledStep(net, images, tasks.get("classification"), recipe)
    step.set_values(recipe, PREPROCESSING, augment_seed=5)
    return np.array(ops.convert_to_numpy(step.call(one_row(12), training=True)["outputs"]))


def test_switching_one_on_leaves_the_others_images_as_they_were() -> None:
    """Erased pixels aside, an image is flipped and shifted as it is without the erasing."""
    before, now = received(Recipe(flip=True, shift=1)), received(Recipe(flip=True, shift=1, cutout=2))
    erased = (now == 0) & (before != 0)
    assert 0 < erased.sum() < now.size / 2
    np.testing.assert_array_equal(now[~erased], before[~erased])


@pytest.mark.parametrize("loss", sorted(name for name, part in parts("losses").items() if not part.teacher))
def test_the_loss_of_mixed_images_is_that_of_both_labels_by_their_shares(loss: str) -> None:
    """And training's figures count against the label with the larger share."""
    recipe = Recipe(loss=loss, weight_decay=0.0, mixup=1.0)
    step = make(recipe)
    weights = np.array([0.5, 1.0, 2.0], "float32")
    if step.class_weights is not None:
        step.class_weights.assign(weights)
    found = step.call(one_row(12), training=True)
    share, labels = ops.convert_to_numpy(found["mixed"]["share"]), LABELS[:12]
    others = np.roll(labels, -1)
    np.testing.assert_array_equal(ops.convert_to_numpy(found["mixed"]["targets"]["label"]), others)
    numbers = {number.name: number.default for number in parts("losses")[loss].numbers}
    numbers["class_weights"] = ops.convert_to_tensor(weights)
    each = [
        ops.convert_to_numpy(
            parts("losses")[loss].compute(found["outputs"], {"label": ops.convert_to_tensor(some)}, numbers)
        )
        for some in (labels, others)
    ]
    assert each[0].shape == (12,), "a loss for each image"
    expected = (share * each[0] + (1 - share) * each[1]).mean()
    assert float(step.compute_loss(y_pred=found)) == pytest.approx(expected, rel=1e-5)
    counted = step.compute_metrics(None, None, found)
    heavier = np.where(share >= 0.5, labels, others)
    hits = ops.convert_to_numpy(found["outputs"]).argmax(axis=1) == heavier
    assert 0 < (share < 0.5).sum() < 12
    assert float(counted["train_accuracy"]) == pytest.approx(hits.mean())


def test_a_loss_that_has_its_own_way_with_mixed_images_is_asked() -> None:
    step = make(Recipe(loss="binary_cross_entropy", mixed_labels="whole", weight_decay=0.0, mixup=1.0))
    found = step.call(one_row(12), training=True)
    share, labels = ops.convert_to_numpy(found["mixed"]["share"]), LABELS[:12]
    logits = ops.convert_to_numpy(found["outputs"]).astype("float64")
    hot = np.eye(logits.shape[1])
    there = ((share > 0.2)[:, None] * hot[labels] + (share < 0.8)[:, None] * hot[np.roll(labels, -1)]) > 0
    expected = (np.log1p(np.exp(logits)) - there * logits).sum(axis=1).mean()
    assert {1, 2} <= set(there.sum(axis=1))
    assert float(step.compute_loss(y_pred=found)) == pytest.approx(expected, rel=1e-5)


def test_metrics_are_those_of_the_true_labels() -> None:
    step = make(Recipe(label_smoothing=0.5, weight_decay=1.0, learning_rate=1e-12))
    rows = np.array([[0, 1, 2, 3], [4, 5, 6, 7]], dtype="int32")
    history = step.fit(inputs(rows), batch_size=1, shuffle=False, verbose=0)
    logits = step.predict({"index": rows, "step": np.arange(2, dtype="int32")}, batch_size=1, verbose=0)
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    assert history.history["train_loss"][0] == pytest.approx(-logarithms[np.arange(8), LABELS[:8]].mean(), rel=1e-4)
    assert history.history["train_accuracy"][0] == pytest.approx((logits.argmax(axis=1) == LABELS[:8]).mean())


def test_another_runs_values_are_taken_without_tracing_anew() -> None:
    step = make(Recipe(label_smoothing=0.1, weight_decay=0.1))
    rows = np.array([[0, 1, 2, 3], [4, 5, 6, 7]], dtype="int32")
    step.fit(inputs(rows), batch_size=1, shuffle=False, verbose=0)
    traces, other = step.traces, Recipe(label_smoothing=0.4, weight_decay=0.2, learning_rate=0.3, epochs=3)
    step.set_values(other, replace(PREPROCESSING, mean=(0.5, 0.5)), augment_seed=9)
    set_optimizer(step.optimizer, other, 20)
    step.fit(inputs(rows), batch_size=1, shuffle=False, verbose=0)
    assert step.traces == traces
    assert float(step.numbers["label_smoothing"]) == pytest.approx(0.4)
    logits = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")
    fresh = make(other)
    for mine, theirs in zip(fresh.net.variables, step.net.variables, strict=True):
        mine.assign(theirs)
    assert loss_of(step, logits, LABELS[:4]) == loss_of(fresh, logits, LABELS[:4])


def test_further_outputs_are_trained_with_three_tenths_and_never_predicted() -> None:
    """GoogLeNet's auxiliary classifiers."""
    recipe = Recipe(optimizer="sgd", weight_decay=0.0, learning_rate=0.1)
    keras.utils.set_random_seed(0)
    images = keras.Input((4, 4, 2))
    shared = keras.layers.Flatten()(images)
    heads = [keras.layers.Dense(3, name=name)(shared) for name in ("own", "auxiliary")]
    step = make(recipe, keras.Model(images, heads))
    logits = [np.random.default_rng(seed).normal(size=(5, 3)).astype("float32") for seed in (1, 2)]
    labels = np.array([0, 2, 1, 1, 0])

    def cross_entropy(values: np.ndarray) -> float:
        return -(np.eye(3)[labels] * np.log(np.exp(values) / np.exp(values).sum(1, keepdims=True))).sum(1).mean()

    loss = loss_of(step, list(map(ops.convert_to_tensor, logits)), labels)
    assert loss == pytest.approx(cross_entropy(logits[0]) + 0.3 * cross_entropy(logits[1]), rel=1e-5)

    rows, numbers = np.arange(12, dtype="int32").reshape(1, 12), np.zeros(1, "int32")
    before = [to_numpy(variable).copy() for variable in step.net.trainable_variables]
    step.fit(inputs(rows), batch_size=1, shuffle=False, verbose=0)
    moved = [np.abs(to_numpy(now) - was).max() for now, was in zip(step.net.trainable_variables, before, strict=True)]
    assert min(moved) > 0, "both heads learn"
    predicted = step.predict({"index": rows, "step": numbers}, batch_size=1, verbose=0)
    kernel, bias = (to_numpy(weight) for weight in step.net.get_layer("own").weights)
    expected = PREPROCESSING.apply(IMAGES).reshape(12, -1) @ kernel + bias
    np.testing.assert_allclose(predicted, expected, rtol=1e-4, atol=1e-5)


def told(recipe: Recipe, number: int) -> float:
    """What a layer of the net hears of the training's progress in this pass."""
    pixels = keras.Input((4, 4, 2))
    x = keras.layers.Lambda(lambda rows: rows * 0 + training_progress())(keras.layers.Flatten()(pixels))
    for _ in range(6):
        x = keras.layers.Identity()(x)
    net = keras.Model(pixels, keras.layers.Dense(3, kernel_initializer=keras.initializers.Constant(1 / 32))(x))
    step = make(recipe, net)
    step.length.assign(8)
    found = step.call({**one_row(12), "step": np.array([number], "int32")}, training=True)["outputs"]
    (value,) = np.unique(ops.convert_to_numpy(found))
    return float(value)


@pytest.mark.parametrize("recomputed", [False, True])
def test_layers_are_told_how_much_of_the_training_lies_behind(recomputed: bool) -> None:
    recipe = {"gradient_checkpointing": recomputed}
    assert [told(Recipe(**recipe), number) for number in (0, 2, 7)] == [0.0, 0.25, 0.875]
    assert [told(Recipe(accumulate=4, **recipe), number) for number in (0, 3, 4, 31)] == [0.0, 0.0, 0.125, 0.875]
    assert training_progress() == 1.0


@pytest.mark.parametrize("passes", [1, 2])
def test_an_alternating_flip_mirrors_in_an_epoch_what_it_left_in_the_one_before(passes: int) -> None:
    """Six steps an epoch: steps 2 and 5 are of the first, 6 and 11 of the second, 12 of the third."""
    shown = keras.Input((4, 4, 2))
    recipe = Recipe(flip=True, flip_alternating=True, batch_size=12, accumulate=passes)
    step = make(recipe, keras.Model(shown, keras.layers.Identity()(shown)))
    step.epoch_steps.assign(6)
    order = np.random.default_rng(0).permutation(12).astype("int32")

    def seen(number: int, rows: np.ndarray) -> np.ndarray:
        given = {**inputs(rows[None]), "step": np.array([number * passes], "int32")}
        return ops.convert_to_numpy(step.call(given, training=True)["outputs"])[np.argsort(rows)]

    in_order = np.arange(12, dtype="int32")
    first = seen(2, order)
    plain = PREPROCESSING.apply(IMAGES)
    mirrored = [not np.allclose(one, image, atol=1e-5) for one, image in zip(first, plain, strict=True)]
    assert 0 < sum(mirrored) < 12
    np.testing.assert_array_equal(seen(5, in_order), first)  # by image: neither its place nor the step counts
    for number, same in ((6, False), (11, False), (12, True)):
        expected = first if same else first[:, :, ::-1]
        np.testing.assert_array_equal(seen(number, order), expected)
