"""What the transformers share: attention, feed-forward, learned positions, layer normalization.

The projections to queries, keys and values, and back, are dense layers of the model's graph. The attention layers only
multiply what those give, and say themselves how often (`multiply_adds`, which `complexity` asks for).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from suite.models.blocks.activations import activation as ours
from suite.models.blocks.layers import dropped
from suite.models.blocks.normalization import at_least_float32
from suite.models.blocks.tables import resized

Shape = tuple[int | None, ...]

EPSILON = 1e-6
"""Added to the variances of layer normalization in the authors' code of ViT and ConvNeXt."""

BARRED = -1e9
"""Added to the score of a key that a query must not see: its weight is 0, and a row without any key stays finite."""


def narrow() -> Any:
    """Truncated normal of deviation 0.02, as BERT, DeiT, Swin and ConvNeXt begin. A new one for each layer: two layers
    of one shape that shared an initializer would begin with the same numbers."""
    return keras.initializers.TruncatedNormal(stddev=0.02)


def layer_norm(x: Any, name: str, epsilon: float = EPSILON) -> Any:
    """Layer normalization (Ba et al., arXiv:1607.06450) over the channels."""
    return layers.LayerNormalization(epsilon=epsilon, name=name)(x)


def feed_forward(x: Any, hidden: int, name: str, activation: Any = "gelu", dropout: float = 0.0) -> Any:
    """Two dense layers at each place, `name`_mlp1 and `name`_mlp2, with dropout after both."""
    channels = x.shape[-1]
    x = layers.Dense(hidden, ours(activation), kernel_initializer=narrow(), name=f"{name}_mlp1")(x)
    x = dropped(x, dropout, f"{name}_mlp1_dropout")
    x = layers.Dense(channels, kernel_initializer=narrow(), name=f"{name}_mlp2")(x)
    return dropped(x, dropout, f"{name}_mlp2_dropout")


def attention(x: Any, attend: Any, channels: int, name: str) -> Any:
    """Queries, keys and values of `channels` each (`name`_qkv), the layer `attend` on them, its projection
    (`name`_project)."""
    x = layers.Dense(3 * channels, kernel_initializer=narrow(), name=f"{name}_qkv")(x)
    return layers.Dense(channels, kernel_initializer=narrow(), name=f"{name}_project")(attend(x))


def attended(qkv: Any, heads: int, bias: Any = None) -> Any:
    """softmax(q k' / sqrt(size) + bias) v for each head (Vaswani et al., arXiv:1706.03762, equation 1).

    qkv: (batch, ..., tokens, 3 * heads * size), queries first, then keys, then values; bias: float32, broadcast to
    (batch, ..., heads, tokens, tokens). Returns (batch, ..., tokens, heads * size). The softmax is float32 under mixed
    precision too (and float64 in float64).
    """
    _, *groups, tokens, channels = tuple(qkv.shape)
    size = channels // (3 * heads)
    axis = len(groups) + 1  # that of the tokens
    x = ops.reshape(qkv, (-1, *groups, tokens, 3, heads, size))
    x = ops.transpose(x, (axis + 1, *range(axis), axis + 2, axis, axis + 3))
    # Unstacked: the gradient of x[0] would be as large as x, filled up with zeros, three times.
    queries, keys, values = ops.unstack(x, 3)  # (batch, ..., heads, tokens, size)
    scores = ops.matmul(queries * size**-0.5, ops.swapaxes(keys, -1, -2))
    scores = ops.cast(scores, at_least_float32(keras.backend.standardize_dtype(scores.dtype)))
    if bias is not None:
        scores = ops.add(scores, ops.cast(bias, scores.dtype))
    weights = ops.cast(ops.softmax(scores, axis=-1), values.dtype)
    outputs = ops.swapaxes(ops.matmul(weights, values), -2, -3)
    return ops.reshape(outputs, (-1, *groups, tokens, heads * size))


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class SelfAttention(layers.Layer):
    """Every token looks at all: (batch, tokens, 3 * channels), see `attended`, to (batch, tokens, channels)."""

    def __init__(self, heads: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads

    def call(self, inputs: Any) -> Any:
        return attended(inputs, self.heads)

    def attends_to_all(self, input_shape: Shape) -> bool:
        """Whether an output depends on the whole map or sequence."""
        return True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], (input_shape[-1] or 0) // 3)

    def multiply_adds(self, input_shapes: Sequence[Shape], output_shapes: Sequence[Shape]) -> int:
        """Queries with keys, and weights with values."""
        _, tokens, channels = output_shapes[0]
        return 2 * (tokens or 1) ** 2 * (channels or 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "heads": self.heads}


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class WindowAttention(layers.Layer):
    """Every place of a map looks at those in its window: (batch, height, width, 3 * channels) to (..., channels).

    A learned bias for each head and relative position is added to the scores (Swin's equation 4; with one window as
    large as the map it is CoAtNet's relative attention). Windows moved by `shift` wrap round the map's edges, where a
    mask keeps apart what are no neighbours. A map that the windows do not tile is filled up on the right and below;
    nothing looks at the filling.

    window, shift: (rows, columns).
    """

    def __init__(self, heads: int, window: Sequence[int], shift: Sequence[int] = (0, 0), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads
        self.window = self.kernel_size = tuple(window)  # as the latter it counts in receptive fields
        self.shift = tuple(shift)

    def build(self, input_shape: Shape) -> None:
        rows, columns = self.window
        offsets = (2 * rows - 1) * (2 * columns - 1)
        self.table = self.add_weight(
            name="table", shape=(self.heads, offsets), initializer=narrow(), autocast=False
        )  # fmt: skip
        self.ways = relative_positions(rows, columns)
        self.barred = barred_pairs(_sides(input_shape), self.window, self.shift)

    def refitted(self, values: Sequence[Any]) -> list[Any] | None:
        """Another window's table for this one's, its relative positions stretched to these; windows are square."""
        (theirs,), (heads, offsets) = values, self.table.shape
        table = resized(np.transpose(theirs), offsets) if len(theirs) == heads else None
        return None if table is None else [np.transpose(table)]

    def attends_to_all(self, input_shape: Shape) -> bool:
        """As `SelfAttention`'s: with one window as large as the map."""
        return self.window == _sides(input_shape)

    def call(self, inputs: Any) -> Any:
        (height, width), (rows, columns) = _sides(tuple(inputs.shape)), self.window
        down, right = -height % rows, -width % columns
        x = ops.pad(inputs, ((0, 0), (0, down), (0, right), (0, 0))) if down or right else inputs
        if any(self.shift):
            x = ops.roll(x, tuple(-step for step in self.shift), axis=(1, 2))
        over, across = (height + down) // rows, (width + right) // columns
        x = ops.reshape(x, (-1, over, rows, across, columns, inputs.shape[-1]))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        x = ops.reshape(x, (-1, over * across, rows * columns, inputs.shape[-1]))
        # along the last axis, where the gradient of TensorFlow's gather is dense
        bias = ops.take(ops.convert_to_tensor(self.table), self.ways, axis=1)
        x = attended(x, self.heads, bias if self.barred is None else ops.add(bias, self.barred))
        x = ops.reshape(x, (-1, over, across, rows, columns, inputs.shape[-1] // 3))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        x = ops.reshape(x, (-1, height + down, width + right, inputs.shape[-1] // 3))
        if any(self.shift):
            x = ops.roll(x, self.shift, axis=(1, 2))
        return x[:, :height, :width] if down or right else x

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], (input_shape[-1] or 0) // 3)

    def multiply_adds(self, input_shapes: Sequence[Shape], output_shapes: Sequence[Shape]) -> int:
        """Queries with keys, and weights with values, in every window, its filling and barred pairs included."""
        (height, width), (rows, columns) = _sides(output_shapes[0]), self.window
        windows = -(-height // rows) * -(-width // columns)
        return 2 * windows * (rows * columns) ** 2 * (output_shapes[0][-1] or 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "heads": self.heads, "window": self.window, "shift": self.shift}


def relative_positions(rows: int, columns: int) -> np.ndarray:
    """For each two places of a window, read row by row, the number of the way from one to the other: int32."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    down = row[:, None] - row + rows - 1
    right = column[:, None] - column + columns - 1
    return (down * (2 * columns - 1) + right).astype("int32")


def barred_pairs(size: tuple[int, int], window: tuple[int, ...], shift: tuple[int, ...]) -> np.ndarray | None:
    """What to add to the scores, (windows, 1, places, places), so that no place sees one over an edge or in the
    filling; None where nothing is barred."""
    labels = []  # along each axis: 0, 1 for what was moved over the edge, and whether it is filling
    for side, length, step in zip(size, window, shift, strict=True):
        whole = side + -side % length
        place = np.arange(whole)
        labels.append((place >= whole - step, (place + step) % whole >= side))
    (over_row, filled_row), (over_column, filled_column) = labels
    part = 2 * over_row[:, None] + over_column
    filled = filled_row[:, None] | filled_column

    def windows(values: np.ndarray) -> np.ndarray:
        (height, width), (rows, columns) = values.shape, window
        cut = values.reshape(height // rows, rows, width // columns, columns).swapaxes(1, 2)
        return cut.reshape(-1, rows * columns)

    part, filled = windows(part), windows(filled)
    barred = (part[:, :, None] != part[:, None, :]) | filled[:, None, :]
    return np.where(barred, BARRED, 0.0).astype("float32")[:, None] if barred.any() else None


def _sides(shape: Shape) -> tuple[int, int]:
    """Height and width of a map, which are known: models are built for one size of image."""
    return shape[1] or 1, shape[2] or 1
