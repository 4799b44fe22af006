"""Reading a graph, and its fingerprint: the same for the same net, another for anything that trains differently."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from suite.models import ArchitectureError, build, fingerprint
from suite.models.graph import steps


def residual(units: int = 4, seed: int | None = None, swap: bool = False, rate: float = 0.5) -> keras.Model:
    inputs = keras.Input((4,))
    kernel = keras.initializers.HeNormal(seed=seed)
    a = layers.Dense(units, kernel_initializer=kernel)(inputs)
    b = layers.Dropout(rate, seed=seed)(a)
    return keras.Model(inputs, layers.Subtract()([b, a] if swap else [a, b]))


def test_steps_come_in_order_with_their_wiring() -> None:
    found = steps(residual())
    assert [type(step.layer).__name__ for step in found] == ["InputLayer", "Dense", "Dropout", "Subtract"]
    assert [step.inputs for step in found] == [(), ((0, 0),), ((1, 0),), ((1, 0), (2, 0))]
    assert found[3].input_shapes == ((None, 4), (None, 4))
    assert found[3].output_shapes == ((None, 4),)


def test_a_model_without_a_graph_is_refused() -> None:
    class Subclassed(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(ArchitectureError, match="has no graph to read"):
        steps(Subclassed())


def test_names_and_seeds_do_not_count() -> None:
    assert fingerprint(residual(seed=1)) == fingerprint(residual(seed=2)) == fingerprint(residual())


@pytest.mark.parametrize("change", [{"units": 5}, {"swap": True}, {"rate": 0.4}])
def test_sizes_wiring_and_settings_count(change: dict) -> None:
    assert fingerprint(residual()) != fingerprint(residual(**change))


def test_precision_counts() -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    mixed = fingerprint(residual())
    keras.config.set_dtype_policy("float32")
    assert mixed != fingerprint(residual())


@pytest.mark.parametrize(
    ("changed", "options"),
    [("resnet20", {"skip": False}), ("resnet20", {"shortcut": "B"}), ("resnet20", {"width": 0.5}), ("resnet32", {})],
)
def test_an_architectures_fingerprint_holds_its_options(changed: str, options: dict, built) -> None:
    own = fingerprint(built("resnet20"))
    assert own == fingerprint(build("resnet20", (32, 32, 3), 10))
    assert own != fingerprint(build(changed, (32, 32, 3), 10, **options))
    assert own != fingerprint(built("resnet20", (28, 28, 1)))


def test_the_plain_twin_by_name_is_the_twin_by_option() -> None:
    assert fingerprint(build("plain20", (32, 32, 3), 10)) == fingerprint(build("resnet20", (32, 32, 3), 10, skip=False))


def test_what_is_inside_a_nested_model_counts() -> None:
    def nested(units: int) -> keras.Model:
        inner = keras.Sequential([keras.Input((4,)), layers.Dense(units), layers.Dense(2)])
        inputs = keras.Input((4,))
        return keras.Model(inputs, inner(inputs))

    assert fingerprint(nested(3)) == fingerprint(nested(3))
    assert fingerprint(nested(3)) != fingerprint(nested(5))
