"""Heads: what a task reads from a net's features. The families' own is the layer of logits.

A head is a function of the features that `backbone` names, "stride4" and so on and "pooled", to one output or a
dictionary of them; `attached` makes a model of both. The layers that it makes want names that the net has not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keras import layers

from suite.models.architecture import LOGITS, POOLED, ArchitectureError
from suite.models.blocks.edges import Edges

Features = Mapping[str, Any]
Head = Callable[[Features], Any]


def logits(
    x: Any, num_classes: int, initializer: Any = "glorot_uniform", name: str = LOGITS, use_bias: bool = True
) -> Any:
    """The last layer: one number per class, float32 also under mixed precision (a softmax of bfloat16 has 3 digits)."""
    return layers.Dense(
        num_classes, use_bias=use_bias, kernel_initializer=initializer, dtype="float32", name=name
    )(x)  # fmt: skip


def classification(num_classes: int, initializer: Any = "glorot_uniform") -> Head:
    """Logits of the pooled vector, as every family ends."""
    return lambda features: logits(features[POOLED], num_classes, initializer)


def localization(num_classes: int) -> Head:
    """Logits of the pooled vector, and behind them the four edges of a box, read from the last level, as fractions of
    the image's sides: (batch, num_classes + 4), float32."""

    def head(features: Features) -> Any:
        scores = layers.Conv2D(4, 1, dtype="float32", name="edge_scores")(several_places(features))
        edges = Edges(dtype="float32", name="edges")(scores)
        return layers.Concatenate(dtype="float32", name="class_and_box")([logits(features[POOLED], num_classes), edges])

    return head


def last_map(features: Features) -> Any:
    """The coarsest level, (batch, rows, columns, channels). Raises ArchitectureError for a net that has no maps."""
    maps = [feature for level, feature in features.items() if level != POOLED]
    if not maps:
        raise ArchitectureError("the net has no maps, only a pooled vector: this head needs a place in the image")
    return maps[-1]


def several_places(features: Features) -> Any:
    """The coarsest level, where it tells one place in the image from another: it has two rows and columns or more.

    Raises ArchitectureError otherwise.
    """
    x = last_map(features)
    rows, columns = x.shape[1:3]
    if min(rows, columns) < 2:
        raise ArchitectureError(
            f"the last map has {rows}x{columns} places, and this head tells places apart: give it larger images"
        )
    return x
