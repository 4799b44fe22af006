"""Run under KERAS_BACKEND=jax by the tests: what JAX says about the same layers. Prints JSON.

python jax_process.py costs NAME:HxWxC ...    multiply-adds of each weighted layer, by XLA's cost analysis
python jax_process.py logits JSON ...         outputs of {"name", "options", "weights", "images"} in both modes
python jax_process.py norm FILE ...           one step of our batch normalization on the rows in each FILE (npy)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import jax
import keras
import numpy as np

from suite.models import build
from suite.models.graph import steps
from suite.models.normalization import BatchNormalization


def costs(asked: str) -> dict[str, float]:
    """Multiply-adds of each convolution and dense layer alone, without bias and activation, by layer name."""
    name, _, shape = asked.partition(":")
    counted = {}
    for step in steps(build(name, tuple(map(int, shape.split("x"))), 10)):
        if type(step.layer).__name__ not in ("Conv2D", "GroupedConv2D", "Dense"):
            continue
        config = {**step.layer.get_config(), "use_bias": False, "activation": None}
        layer = type(step.layer).from_config(config)
        layer.build(step.input_shapes[0])

        def call(x: Any, layer: Any = layer) -> Any:
            return layer(x)

        rows = jax.ShapeDtypeStruct((1, *step.input_shapes[0][1:]), "float32")
        counted[step.layer.name] = jax.jit(call).lower(rows).cost_analysis()["flops"] / 2
    return counted


def logits(asked: str) -> dict[str, Any]:
    """Logits of a model with these weights in double precision, each mode compiled as a whole."""
    keras.config.set_dtype_policy("float64")
    told = json.loads(asked)
    images = np.load(told["images"])
    with weights_of_zeros():
        model = build(told["name"], images.shape[1:], 10, **told["options"])
    model.load_weights(told["weights"])
    trainable, others = (
        [variable.value for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    )

    @partial(jax.jit, static_argnames="training")
    def call(trainable: Any, others: Any, images: Any, training: bool) -> Any:
        return model.stateless_call(trainable, others, images, training=training)[0]

    return {
        mode: np.asarray(call(trainable, others, images, mode == "train")).tolist() for mode in ("predict", "train")
    }


@contextmanager
def weights_of_zeros() -> Iterator[None]:
    """Draw no random weights where a file's replace them: JAX would compile a program for each of their shapes."""

    def zeros(shape: Any, *_: Any, dtype: str, **__: Any) -> Any:
        return np.zeros(shape, dtype)

    distributions = ("normal", "truncated_normal", "uniform")
    with patch.multiple("keras.src.backend.random", **dict.fromkeys(distributions, zeros)):
        yield


def norm(path: str) -> dict[str, Any]:
    """Outputs in training and prediction, and the moving averages in between."""
    layer = BatchNormalization()
    rows = np.load(path)
    trained = layer(rows, training=True)
    return {
        "trained": np.asarray(trained).tolist(),
        "mean": np.asarray(layer.moving_mean).tolist(),
        "variance": np.asarray(layer.moving_variance).tolist(),
        "predicted": np.asarray(layer(rows, training=False)).tolist(),
    }


if __name__ == "__main__":
    assert keras.backend.backend() == "jax"
    what, *arguments = sys.argv[1:]
    print(json.dumps([{"costs": costs, "logits": logits, "norm": norm}[what](argument) for argument in arguments]))
