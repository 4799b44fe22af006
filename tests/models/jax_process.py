"""Run under KERAS_BACKEND=jax by the tests: what JAX says about the same layers.

Each line of the standard input names a function of this module and its arguments, as JSON; so is each line of the
standard output its result.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import jax
import keras
import numpy as np

from suite.models import build
from suite.models.blocks.normalization import BatchNormalization
from suite.models.graph import steps
from tests.models.reference import weights_of_zeros

WEIGHTED = ("Conv2D", "GroupedConv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense")
ATTENTION = ("SelfAttention", "WindowAttention")


def costs(name: str, shape: list[int]) -> dict[str, float]:
    """Multiply-adds of each convolution and dense layer alone, without bias and activation, and of the products in each
    attention, by XLA's cost analysis."""
    counted = {}
    for step in steps(build(name, tuple(shape), 10)):
        kind = type(step.layer).__name__
        if kind not in WEIGHTED + ATTENTION:
            continue
        rows = jax.ShapeDtypeStruct((1, *step.input_shapes[0][1:]), "float32")
        if kind in WEIGHTED:
            config = {**step.layer.get_config(), "use_bias": False, "activation": None}
            layer = type(step.layer).from_config(config)
            layer.build(step.input_shapes[0])
            counted[step.layer.name] = multiply_adds(layer, rows)
        else:
            counted[step.layer.name] = multiply_adds_of_products(step.layer, rows)
    return counted


def multiply_adds(function: Callable[..., Any], *operands: Any) -> float:
    """Half of the floating-point operations that XLA counts in a function of arrays of these shapes."""
    return float(jax.jit(lambda *arrays: function(*arrays)).lower(*operands).cost_analysis()["flops"]) / 2


def multiply_adds_of_products(layer: Any, rows: Any) -> float:
    """Those of the matrix products that a layer computes of these rows, without its softmax and additions."""
    found, product = [], keras.ops.matmul

    def counting(one: Any, other: Any) -> Any:
        found.append(multiply_adds(product, *(jax.ShapeDtypeStruct(x.shape, x.dtype) for x in (one, other))))
        return product(one, other)

    with patch.object(keras.ops, "matmul", counting):
        jax.eval_shape(layer.call, rows)
    return sum(found)


def logits(name: str, options: dict[str, Any], weights: str, images: str, modes: list[str]) -> dict[str, Any]:
    """Logits in each mode, "predict" or "train", compiled as a whole, of a model with these weights in double
    precision."""
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

    return {mode: np.asarray(call(trainable, others, rows, mode == "train")).tolist() for mode in modes}


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
