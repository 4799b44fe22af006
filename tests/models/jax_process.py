"""Run under KERAS_BACKEND=jax by the tests: what JAX says about the same layers.

Each line of the standard input names a function of this module and its arguments, as JSON; so is each line of the
standard output its result.
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


def costs(name: str, shape: list[int]) -> dict[str, float]:
    """Multiply-adds of each convolution and dense layer alone, without bias and activation, by XLA's cost analysis."""
    counted = {}
    for step in steps(build(name, tuple(shape), 10)):
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


def logits(name: str, options: dict[str, Any], weights: str, images: str) -> dict[str, Any]:
    """Logits in both modes, each compiled as a whole, of a model with these weights in double precision."""
    rows = np.load(images)
    keras.config.set_dtype_policy("float64")
    model = build(name, rows.shape[1:], 10, **options)
    keras.config.set_dtype_policy("float32")
    model.load_weights(weights)
    trainable, others = (
        [variable.value for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    )

    @partial(jax.jit, static_argnames="training")
    def call(trainable: Any, others: Any, images: Any, training: bool) -> Any:
        return model.stateless_call(trainable, others, images, training=training)[0]

    return {mode: np.asarray(call(trainable, others, rows, mode == "train")).tolist() for mode in ("predict", "train")}


@contextmanager
def weights_of_zeros() -> Iterator[None]:
    """Draw no random weights, which nobody looks at here: JAX would compile a program for each of their shapes."""

    def zeros(shape: Any, *_: Any, dtype: str, **__: Any) -> Any:
        return np.zeros(shape, dtype)

    distributions = ("normal", "truncated_normal", "uniform")
    with patch.multiple("keras.src.backend.random", **dict.fromkeys(distributions, zeros)):
        yield


def norm(path: str) -> dict[str, Any]:
    """Our batch normalization of the rows in a file, in training and prediction, and the averages in between."""
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
    for line in sys.stdin:
        function, arguments = json.loads(line)
        with weights_of_zeros():
            answer = {"costs": costs, "logits": logits, "norm": norm}[function](**arguments)
        print(json.dumps(answer), flush=True)
        keras.backend.clear_session()
        jax.clear_caches()
