"""Gradients, outputs and states of a net that computes again are those of the net that keeps; on either backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from suite.models import ArchitectureError, build
from suite.models.recomputing import Recomputing
from suite.models.training_progress import telling

NETS: dict[str, dict[str, Any]] = {
    "resnet8": {"drop_path": 0.3, "drop_block": 0.3, "block_size": 2},
    "article_cnn": {},  # dropout
    "googlenet": {"auxiliary": True, "form": "large", "dropout": 0.4},  # several outputs
    "vit_ti16": {"dropout": 0.2, "drop_path": 0.3, "patch_size": 8},
}
HALFWAY = 0.5


def pictures(count: int = 8, side: int = 32) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, side, side, 3)).astype("float32")


def loss_of(outputs: Any) -> Any:
    several = outputs if isinstance(outputs, list | tuple) else [outputs]
    return sum(ops.mean(ops.square(ops.cast(one, "float32"))) for one in several)


def gradients(net: keras.Model, call: Callable[[Any], Any], images: np.ndarray) -> dict[str, list[np.ndarray]]:
    """The loss, its gradients, and the states that a step leaves; compiled. The net is afterwards as it was."""
    with telling(HALFWAY):
        found = _on_jax(net, call, images) if keras.backend.backend() == "jax" else _on_tensorflow(net, call, images)
    return {name: [np.array(ops.convert_to_numpy(value)) for value in values] for name, values in found.items()}


def _on_tensorflow(net: keras.Model, call: Callable[[Any], Any], images: np.ndarray) -> dict[str, list[Any]]:
    import tensorflow as tf

    @tf.function(jit_compile=False)
    def step(rows: Any) -> Any:
        with tf.GradientTape() as tape, telling(HALFWAY):
            loss = loss_of(call(rows))
        with telling(1.0):  # the backward pass must not look at what is told by then
            return loss, tape.gradient(loss, [variable.value for variable in net.trainable_variables])

    before = [np.array(ops.convert_to_numpy(variable)) for variable in net.variables]
    loss, found = step(tf.constant(images))
    states = [np.array(ops.convert_to_numpy(variable)) for variable in net.non_trainable_variables]
    for variable, value in zip(net.variables, before, strict=True):
        variable.assign(value)
    return {"loss": [loss], "gradients": list(found), "states": states}


def _on_jax(net: keras.Model, call: Callable[[Any], Any], images: np.ndarray) -> dict[str, list[Any]]:
    import jax

    def compute(weights: Any, states: Any, rows: Any) -> Any:
        mapping = zip((*net.trainable_variables, *net.non_trainable_variables), (*weights, *states), strict=True)
        with keras.StatelessScope(mapping) as scope, telling(HALFWAY):
            loss = loss_of(call(rows))
        return loss, [scope.get_current_value(variable) for variable in net.non_trainable_variables]

    values = [[v.value for v in some] for some in (net.trainable_variables, net.non_trainable_variables)]
    (loss, states), found = jax.jit(jax.value_and_grad(compute, has_aux=True))(*values, images)
    return {"loss": [loss], "gradients": list(found), "states": list(states)}


def compare(net: keras.Model, images: np.ndarray) -> tuple[dict[str, list[np.ndarray]], Recomputing]:
    """Both ways agree: states to the bit, gradients as far as the order of sums goes."""
    recomputing = Recomputing(net)
    kept = gradients(net, lambda rows: net(rows, training=True), images)
    again = gradients(net, recomputing, images)
    random = [n for n, variable in enumerate(net.non_trainable_variables) if "seed" in variable.path]
    for n in random:
        np.testing.assert_array_equal(again["states"][n], kept["states"][n])
    for name, values in kept.items():
        for one, other in zip(values, again[name], strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-5 * np.abs(one).max())
    return kept, recomputing


@pytest.mark.slow
@pytest.mark.parametrize("name", [*list(NETS)[:2], *(pytest.param(n, marks=pytest.mark.slow) for n in list(NETS)[2:])])
def test_gradients_and_states_are_those_of_the_net_that_keeps(name: str) -> None:
    keras.utils.set_random_seed(3)
    side = 96 if name == "googlenet" else 32
    net = build(name, (side, side, 3), 10, width=0.25, **NETS[name])
    kept, recomputing = compare(net, pictures(side=side))
    assert len(recomputing.segments) > 1
    learning = [np.abs(gradient).max() > 0 for gradient in kept["gradients"]]
    assert sum(learning) > 0.8 * len(learning), "a few may have lost all their images to stochastic depth"
    before = [np.array(ops.convert_to_numpy(variable)) for variable in net.non_trainable_variables]
    for variable, was, now in zip(net.non_trainable_variables, before, kept["states"], strict=True):
        assert not np.array_equal(was, now), f"{variable.path} would prove nothing"


def test_with_other_masks_gradients_are_far_away() -> None:
    """So a second computation that drew anew would be seen."""
    keras.utils.set_random_seed(3)
    net = build("article_cnn", (32, 32, 3), 10, width=0.25)
    first = gradients(net, Recomputing(net), pictures())["gradients"]
    for variable in net.non_trainable_variables:
        if "seed" in variable.path:
            variable.assign(ops.convert_to_numpy(variable) + 1)
    second = gradients(net, Recomputing(net), pictures())["gradients"]
    assert any(np.abs(a - b).max() > 0.05 * np.abs(a).max() for a, b in zip(first, second, strict=True))


def test_maps_that_several_segments_read_pass_through_cuts() -> None:
    """Two rows of layers side by side: at no place does only one map pass."""
    inputs = keras.Input((8, 8, 3))
    left, right = layers.Conv2D(8, 1)(inputs), layers.Conv2D(8, 3, padding="same")(inputs)
    for _ in range(4):
        left, right = layers.Add()([left, layers.Conv2D(8, 3, padding="same")(right)]), layers.ReLU()(left)
    net = keras.Model(inputs, {"sum": layers.Add()([left, right]), "left": layers.Flatten()(left)})
    recomputing = Recomputing(net)
    assert max(len(segment.takes) for segment in recomputing.segments) > 1
    outputs, expected = recomputing(pictures(side=8)), net(pictures(side=8), training=True)
    assert outputs.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(ops.convert_to_numpy(outputs[name]), ops.convert_to_numpy(values), atol=1e-5)


def test_a_layer_that_is_called_twice_moves_its_statistics_twice() -> None:
    inputs, norm = keras.Input((8, 8, 4)), layers.BatchNormalization(momentum=0.5)
    x = inputs
    for _ in range(2):
        x = layers.ReLU()(norm(layers.Conv2D(4, 3, padding="same")(x)))
    net = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    compare(net, np.random.default_rng(0).normal(size=(4, 8, 8, 4)).astype("float32"))


def test_half_precision_is_kept() -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    net = build("resnet8", (32, 32, 3), 10, width=0.25)
    outputs = Recomputing(net)(pictures())
    np.testing.assert_array_equal(ops.convert_to_numpy(outputs), ops.convert_to_numpy(net(pictures(), training=True)))
    assert {str(weight.dtype) for weight in net.weights} == {"float32"}


def test_a_net_of_one_layer_is_refused() -> None:
    inputs = keras.Input((4,))
    with pytest.raises(ArchitectureError, match="tiny is too small to be cut into segments"):
        Recomputing(keras.Model(inputs, layers.Dense(3)(inputs), name="tiny"))
