"""Swin: Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", arXiv:2103.14030, Figure
3 and section 3.3.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
from keras import layers, ops

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import dropped, increasing, residual, scaled
from suite.models.blocks.transformer import Shape, WindowAttention, attention, feed_forward, layer_norm, narrow
from suite.models.heads import logits

HEAD = 32
"""Channels of one head; a stage is as wide as its heads together."""
EXPANSION = 4
EPSILON = 1e-5
"""Added to the variances of layer normalization in the authors' code."""

PATCH, MERGES, WINDOW = 4, (2, 2, 2), 7
SMALL_PATCH, SMALL_MERGES, SMALL_WINDOW = 2, (2, 2, 1), 4
"""Sides in pixels of a patch, of what is merged before stages 2 to 4, and of a window; then those of small images."""


def swin(
    blocks: tuple[int, ...],
    heads: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    shift: bool = True,
    dropout: float = 0.0,
    drop_path: float = 0.0,
    activation: Literal["gelu", "relu", "silu"] = "gelu",
    form: Form = "auto",
) -> keras.Model:
    """Patches, four stages of `blocks` with attention in windows, patches merged between them, mean, classes.

    Parameters at 224x224 with 1000 classes: tiny 28,288,354, small 49,606,258, base 87,768,224; at 32x32x3 with 10
    classes: 26,619,988, 47,920,612, 85,127,810.

    Small images (below 96 pixels, or form=small): patches of 2 pixels, windows of 4x4, and before the last stage the
    channels double without merging, so that 32x32 ends in a 4x4 map, as kentaroy47/vision-transformers-cifar10 has it
    (which has neither biases of queries nor a normalization where it merges; both stay here).

    A window shrinks to a map that is smaller, on each side for itself (the authors' on both sides as soon as the
    shorter one is), and then its bias table too: the count depends on the size there. A larger map that windows do not
    tile is padded on the right and below, and nothing looks at the padding (the authors' classifier refuses such
    sizes). Odd maps are padded before merging.

    shift: whether every second block moves its windows by half of one; without it they never exchange anything (Table 4
    of the paper). dropout: after the patches and after each dense layer that is not a query, key or value.
    drop_path: stochastic depth's rate at the last block, from 0 at the first; the authors train tiny, small and base
    with 0.2, 0.3 and 0.5. `width` scales the channels of each head; heads stay. Initialisation: normal of 0.02, biases
    0. Depth counts blocks.
    """
    small = small_form(form, input_shape)
    patch, merges, window = (SMALL_PATCH, SMALL_MERGES, SMALL_WINDOW) if small else (PATCH, MERGES, WINDOW)
    size = scaled(HEAD, width)
    rates = iter(increasing(drop_path, sum(blocks)))
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(heads[0] * size, patch, patch, "same", kernel_initializer=narrow(), name="stem")(inputs)
    x = dropped(layer_norm(x, "stem_norm", EPSILON), dropout, "stem_dropout")
    for stage, (count, several) in enumerate(zip(blocks, heads, strict=True), start=1):
        if stage > 1:
            x = _merge(x, merges[stage - 2], several * size, f"stage{stage}_merge")
        for number in range(1, count + 1):
            moved = shift and number % 2 == 0
            x = _block(x, several, window, moved, activation, dropout, next(rates), f"stage{stage}_block{number}")
    x = layers.GlobalAveragePooling2D(name="mean")(layer_norm(x, "head", EPSILON))
    return keras.Model(inputs, logits(x, num_classes, narrow()))


def _block(
    x: Any, heads: int, window: int, moved: bool, activation: str, dropout: float, rate: float, name: str
) -> Any:
    sides = x.shape[1:3]
    fitting = [min(window, side) for side in sides]
    shift = [length // 2 if moved and length < side else 0 for length, side in zip(fitting, sides, strict=True)]
    attend = WindowAttention(heads, fitting, shift, name=f"{name}_attention")
    y = attention(layer_norm(x, f"{name}_norm1", EPSILON), attend, x.shape[-1], name)
    x = residual(x, dropped(y, dropout, f"{name}_project_dropout"), f"{name}_attention", rate)
    y = feed_forward(layer_norm(x, f"{name}_norm2", EPSILON), EXPANSION * x.shape[-1], name, activation, dropout)
    return residual(x, y, f"{name}_mlp", rate)


def _merge(x: Any, side: int, channels: int, name: str) -> Any:
    if side > 1:
        x = PatchMerging(side, name=f"{name}_patches")(x)
    x = layer_norm(x, f"{name}_norm", EPSILON)
    return layers.Dense(channels, use_bias=False, kernel_initializer=narrow(), name=name)(x)


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class PatchMerging(layers.Layer):
    """Lays the pixels of each square of `side` on top of each other as channels; squares over the edge hold zeros."""

    def __init__(self, side: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.side = side
        self.kernel_size = self.strides = (side, side)  # so it counts in receptive fields

    def call(self, inputs: Any) -> Any:
        _, height, width, channels = tuple(inputs.shape)
        down, right = -height % self.side, -width % self.side
        x = ops.pad(inputs, ((0, 0), (0, down), (0, right), (0, 0))) if down or right else inputs
        rows, columns = (height + down) // self.side, (width + right) // self.side
        x = ops.reshape(x, (-1, rows, self.side, columns, self.side, channels))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, rows, columns, self.side**2 * channels))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, *sides, channels = input_shape
        return (batch, *(-(-(side or 1) // self.side) for side in sides), self.side**2 * (channels or 1))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "side": self.side}


_INNOVATION = "Windowed self-attention with shifted windows in a four-stage pyramid"


def _variant(blocks: tuple[int, ...], heads: tuple[int, ...]) -> Architecture:
    builder = partial(swin, blocks, heads)
    return Architecture(builder, "Swin", year=2021, depth=sum(blocks), key_innovation=_INNOVATION)


ARCHITECTURES = {
    "swin_tiny": _variant((2, 2, 6, 2), (3, 6, 12, 24)),
    "swin_small": _variant((2, 2, 18, 2), (3, 6, 12, 24)),
    "swin_base": _variant((2, 2, 18, 2), (4, 8, 16, 32)),
}
