"""Clipping by norm: where the norm of all gradients together is larger than a bound, all are scaled down to it.

A decay that is coupled with the gradient is part of what is clipped. At 0 nothing is clipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.recipe.part import Number
from suite.training.updates import Update


def _change(gradients: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
    from keras import ops

    squares = [ops.sum(ops.square(ops.cast(g, "float32"))) for g in gradients if g is not None]
    norm = ops.sqrt(sum(squares))
    scale = numbers["clip_norm"] / ops.maximum(norm, ops.convert_to_tensor(numbers["clip_norm"]))
    return [g if g is None else g * ops.cast(scale, g.dtype) for g in gradients]


PART = Update(
    "clipping",
    "Gradients scaled down to a largest norm",
    numbers=(
        Number("clip_norm", 0.0, "switched", "largest norm of all gradients together; 0 is off", low=0, neutral=0.0),
    ),
    source="Pascanu et al., arXiv:1211.5063",
    change=_change,
    switch="clip_norm",
)
