"""Parameters and multiply-adds of a built model.

Convention: one multiply-add per weight and output position of convolutions, dense layers and attention's products, for
one image. Taps on padding count, as in the papers' and torchvision's figures; biases, normalization, activations,
pooling and additions do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .graph import Step, steps


@dataclass(frozen=True)
class Complexity:
    """The size of a model.

    params: all weights, moving averages of batch normalization included, as Keras' `count_params`.
    trainable_params: those that learn, which is what papers publish.
    macs: multiply-adds of one image, or None where a layer cannot be counted.
    """

    params: int
    trainable_params: int
    macs: int | None


def measure(model: Any) -> Complexity:
    """Count a built model."""
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    return Complexity(int(model.count_params()), trainable, multiply_adds(model))


def multiply_adds(model: Any) -> int | None:
    """Multiply-adds of one image; None if a layer with weights of two or more axes has no rule here.

    A layer may bring its own rule: a method `multiply_adds(input_shapes, output_shapes) -> int`.
    """
    counts = [step_multiply_adds(step) for step in steps(model)]
    return None if None in counts else sum(count for count in counts if count is not None)


def step_multiply_adds(step: Step) -> int | None:
    """Multiply-adds of one call of one layer, as `multiply_adds`."""
    layer = step.layer
    if hasattr(layer, "multiply_adds"):
        return int(layer.multiply_adds(step.input_shapes, step.output_shapes))
    for kind in type(layer).__mro__:
        if kind.__name__ in _RULES:
            return _RULES[kind.__name__](layer, step)
    if hasattr(layer, "_nodes_by_depth") or getattr(layer, "_functional", None):
        return multiply_adds(layer)
    weights = getattr(layer, "weights", [])
    return None if any(len(weight.shape) > 1 for weight in weights) else 0


def _positions(shape: tuple[int | None, ...]) -> int:
    """Places of a map or sequence: every axis but the batch's and the channels'."""
    return math.prod(side or 1 for side in shape[1:-1])


def _convolution(layer: Any, step: Step) -> int:
    # kernel: (rows, columns, channels of a group, filters), or depthwise (rows, columns, channels, multiplier)
    return math.prod(layer.kernel.shape) * _positions(step.output_shapes[0])


def _transposed(layer: Any, step: Step) -> int:
    return math.prod(layer.kernel.shape) * _positions(step.input_shapes[0])


def _separable(layer: Any, step: Step) -> int:
    kernels = math.prod(layer.depthwise_kernel.shape) + math.prod(layer.pointwise_kernel.shape)
    return kernels * _positions(step.output_shapes[0])


def _einsum(layer: Any, step: Step) -> int:
    """Every index of the equation is a loop; the batch's is not counted."""
    operands, result = layer.equation.split("->")
    left, right = operands.split(",")
    if "..." in left:
        free = len(step.input_shapes[0]) - len(left.replace("...", ""))
        dots = "0123456789"[:free]
        left, result = left.replace("...", dots), result.replace("...", dots)
    sides = dict(zip(left, step.input_shapes[0], strict=True)) | dict(zip(right, layer.kernel.shape, strict=True))
    return math.prod(size or 1 for index, size in sides.items() if index != left[0])


def _attention(layer: Any, step: Step) -> int:
    """Projections of query, key, value and output; and of each head, queries with keys and weights with values."""
    query, value, key = (*step.input_shapes, *step.input_shapes[-1:] * 2)[
        :3
    ]  # the value serves as key if none is given
    queries, keys = _positions(query), _positions(value if len(step.input_shapes) < 3 else key)
    value_dim = layer.get_config()["value_dim"] or layer.key_dim
    places = {"query": queries, "key": keys, "value": keys, "output": queries}
    projections = sum(
        math.prod(getattr(layer, f"{part}_dense").kernel.shape) * count for part, count in places.items()
    )  # fmt: skip
    return projections + queries * keys * layer.num_heads * (layer.key_dim + value_dim)


_RULES: dict[str, Callable[[Any, Step], int]] = {
    "BaseConv": _convolution,
    "BaseDepthwiseConv": _convolution,
    "BaseConvTranspose": _transposed,
    "BaseSeparableConv": _separable,
    "Dense": _convolution,
    "EinsumDense": _einsum,
    "MultiHeadAttention": _attention,
    "Embedding": lambda layer, step: 0,  # a look-up
}
"""Rules by the name of a Keras class or one of its bases: no import of Keras, and subclasses inherit theirs."""
