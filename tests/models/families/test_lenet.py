from __future__ import annotations

import numpy as np
import pytest

from suite.models import build, measure


def test_c1_to_f6_have_the_papers_maps(built) -> None:
    model = built("lenet5", (32, 32, 1))
    shapes = {name: model.get_layer(name).output.shape[1:] for name in ("c1", "s2", "c3", "s4", "c5", "f6")}
    assert shapes == {
        "c1": (28, 28, 6), "s2": (14, 14, 6), "c3": (10, 10, 16), "s4": (5, 5, 16), "c5": (1, 1, 120), "f6": (84,)
    }  # fmt: skip


@pytest.mark.parametrize("size", [8, 28, 32, 33, 64])
def test_the_count_stays_at_every_size(size: int) -> None:
    assert measure(build("lenet5", (size, size, 1), 10)).params == 61_706


def test_28x28_digits_are_centred_in_the_field() -> None:
    digit = np.random.default_rng(0).random((1, 28, 28, 1)).astype("float32")
    padded = np.pad(digit, ((0, 0), (2, 2), (2, 2), (0, 0)))
    small, whole = build("lenet5", (28, 28, 1), 10), build("lenet5", (32, 32, 1), 10)
    whole.set_weights(small.get_weights())
    np.testing.assert_allclose(small(digit), whole(padded), rtol=1e-5, atol=1e-6)


def test_activation_and_pooling_are_options(built) -> None:
    modern = build("lenet5", (32, 32, 1), 10, activation="relu", pooling="max")
    kinds = {layer.name: type(layer).__name__ for layer in modern.layers}
    assert (kinds["s2"], kinds["s4"]) == ("MaxPooling2D", "MaxPooling2D")
    assert {modern.get_layer(name).activation.__name__ for name in ("c1", "c3", "c5", "f6")} == {"relu"}
    assert built("lenet5", (32, 32, 1)).get_layer("c1").activation.__name__ == "tanh"
    assert modern.count_params() == 61_706
