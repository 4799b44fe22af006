"""Which variables decay, by shape and name, whatever the architecture."""

from __future__ import annotations

import keras
import pytest

from suite import models
from suite.training.groups import decays


def test_kernels_decay_biases_norms_and_tables_do_not() -> None:
    def variable(shape: tuple[int, ...], name: str) -> keras.Variable:
        return keras.Variable(keras.ops.zeros(shape), name=name)

    assert decays(variable((3, 3, 4, 8), "kernel"))
    assert decays(variable((4, 8), "embeddings"))
    assert not decays(variable((8,), "bias"))
    assert not decays(variable((8,), "gamma"))
    assert not decays(variable((17, 8), "table"))
    assert not decays(variable((), "scale"))


@pytest.mark.parametrize("name", ["lenet5", "resnet8"])
def test_of_a_network_all_kernels_and_nothing_else(name: str) -> None:
    net = models.build(name, (32, 32, 1), 10)
    names = {variable.name for variable in net.trainable_variables if decays(variable)}
    assert names == {"kernel"}
    assert {variable.name for variable in net.trainable_variables if not decays(variable)} <= {"bias", "beta", "gamma"}
