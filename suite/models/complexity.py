"""Parameters and multiply-adds of a built model.

Convention: one multiply-add per weight and output position of convolutions, dense layers and attention's products, for
one image. Taps on padding count, as in the papers' and torchvision's figures, and so do pairs of tokens that a mask
bars; biases, normalization, activations, pooling and additions do not.

Attention's products are two: queries with keys, and the weights that come of it with values. A layer that multiplies
them itself says how often (`multiply_adds`, see there); Keras' own layers and operations have rules here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from suite.models.graph import Shape, Step, steps


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


def counts(model: Any, input_shape: Sequence[int], num_classes: int) -> dict[str, Any]:
    """What `measure` finds, with the place at which the model was built: as a golden line has it."""
    return {"input_shape": list(input_shape), "num_classes": num_classes, **asdict(measure(model))}


def multiply_adds(model: Any) -> int | None:
    """Multiply-adds of one image; None if a layer with weights of two or more axes, or a product, has no rule here.

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
        if kind.__name__ in _RULES and kind.__module__.startswith("keras."):
            return _RULES[kind.__name__](layer, step)
    if hasattr(layer, "_nodes_by_depth") or getattr(layer, "_functional", None):
        return multiply_adds(layer)
    weights = getattr(layer, "weights", [])
    return None if any(len(weight.shape) > 1 for weight in weights) else 0


def _positions(shape: Shape) -> int:
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


def _loops(equation: str, shapes: Sequence[Shape]) -> int | None:
    """Every index of an einsum's equation is a loop; the batch's, the first of the first operand, is not counted."""
    operands = equation.replace(" ", "").split("->")[0].split(",")
    if len(operands) != len(shapes):  # a constant among them: the graph does not keep its shape
        return None
    sides: dict[str, int] = {}
    batch = ""
    for indices, shape in zip(operands, shapes, strict=True):
        free = len(shape) - len(indices.replace("...", ""))
        indices = indices.replace("...", "9876543210"[10 - free :])  # by the right, as operands broadcast
        batch = batch or indices[:1]
        for index, size in zip(indices, shape, strict=True):
            sides[index] = max(size or 1, sides.get(index, 1))
    return math.prod(size for index, size in sides.items() if index != batch)


def _matrix_product(operation: Any, step: Step) -> int | None:
    if len(step.input_shapes) != 2:  # one is a constant
        return None
    summed = step.input_shapes[0][-1] or 1
    return math.prod(side or 1 for side in step.output_shapes[0][1:]) * summed


def _attention(layer: Any, step: Step) -> int:
    """Projections of query, key, value and output; and of each head, queries with keys and weights with values."""
    queries, keys = (_positions(shape) for shape in step.input_shapes[:2])  # a key for each value; masks may follow
    value_dim = layer.get_config()["value_dim"] or layer.key_dim
    places = {"query": queries, "key": keys, "value": keys, "output": queries}
    projections = sum(
        math.prod(getattr(layer, f"{part}_dense").kernel.shape) * count for part, count in places.items()
    )  # fmt: skip
    return projections + queries * keys * layer.num_heads * (layer.key_dim + value_dim)


def _bare_attention(layer: Any, step: Step) -> int:
    """Keras' `Attention`: no projections, one head; query and value are (batch, tokens, channels)."""
    (_, queries, size), (_, keys, value_size) = step.input_shapes[:2]
    return (queries or 1) * (keys or 1) * ((size or 1) + (value_size or 1))


def _dot_product_attention(operation: Any, step: Step) -> int | None:
    """`keras.ops.dot_product_attention`: query, key and value are (batch, tokens, heads, channels of a head)."""
    if len(step.input_shapes) < 3:
        return None
    (_, queries, heads, size), (_, keys, *_), (*_, value_size) = step.input_shapes[:3]
    return (queries or 1) * (keys or 1) * (heads or 1) * ((size or 1) + (value_size or 1))


def _unknown(layer: Any, step: Step) -> None:
    """A product without a rule: better no count than one that leaves it out."""


_RULES: dict[str, Callable[[Any, Step], int | None]] = {
    "BaseConv": _convolution,
    "BaseDepthwiseConv": _convolution,
    "BaseConvTranspose": _transposed,
    "BaseSeparableConv": _separable,
    "Dense": _convolution,
    "EinsumDense": lambda layer, step: _loops(layer.equation, (step.input_shapes[0], tuple(layer.kernel.shape))),
    "MultiHeadAttention": _attention,
    "AdditiveAttention": _unknown,  # before Attention, which it inherits from
    "Attention": _bare_attention,
    "Embedding": lambda layer, step: 0,  # a look-up
    # bare operations of keras.ops on tensors of the graph
    "Matmul": _matrix_product,
    "Einsum": lambda operation, step: _loops(operation.subscripts, step.input_shapes),
    "DotProductAttention": _dot_product_attention,
    "Dot": _unknown,  # the operation, and the layer of this name
    "Tensordot": _unknown,
}
"""Rules by the name of a Keras class or one of its bases: no import of Keras, and subclasses inherit theirs. A class of
the same name from elsewhere has none."""
