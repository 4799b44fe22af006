"""CoAtNet: Dai, Liu, Le, Tan, "CoAtNet: Marrying Convolution and Attention for All Data Sizes", arXiv:2106.04803,
section 2 and Table 3.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import (
    convolution,
    depthwise,
    dropped,
    increasing,
    normalized,
    residual,
    scaled,
    squeeze_excite,
)
from suite.models.blocks.transformer import WindowAttention, attention, feed_forward, layer_norm, narrow
from suite.models.heads import logits

STEM = 64
CHANNELS = (96, 192)
"""Of the two stages of convolutions."""
HEADS, HEAD = (12, 24), 32
"""Heads of the two stages of attention, and the channels of one: 384 and 768 together."""
EXPANSION = 4
SQUEEZE = 4
"""Squeeze and excitation passes through a quarter of a block's channels."""


def coatnet(
    blocks: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    stride_in: Literal["1x1", "3x3"] = "1x1",
    dropout: float = 0.0,
    drop_path: float = 0.0,
    activation: Literal["gelu", "relu", "silu"] = "gelu",
    form: Form = "auto",
) -> keras.Model:
    """Two convolutions, two stages of inverted bottlenecks, two of relative attention, mean, classes: C-C-T-T.

    25,036,820 learned parameters (25,050,516 with moving averages) at 224x224 with 1000 classes, which is timm's
    coatnet_0_224 to the last one; 24,239,510 at 32x32x3 with 10. The bias tables make the count depend on the size.

    Small images (below 96 pixels, or form=small): no form is widely used; here the strides of the stem and of stage 1
    are 1, so that 32x32 is attended as 8x8 and ends in a 4x4 map.

    stride_in: which convolution of a stage's first block halves the map. The paper's is the first 1x1 (4.14 G
    multiply-adds; it says 4.2), timm's the 3x3 (4.55 G). drop_path: stochastic depth's rate at the last block, from 0
    at the first (the paper trains with 0.2). dropout: before the classes, and after the feed-forward's dense layers.
    `width` scales channels, those of each head too; heads stay.

    What the paper leaves open is as in timm: the hidden layer of tanh before the classes (without it there would be
    24.4 million, not 25), SiLU between squeeze and excitation, biases of projections and shortcuts, pools of 2x2.
    Deviations: odd maps round up. Initialisation: He et al. (arXiv:1502.01852) for convolutions, a normal of 0.02 for
    dense layers. Depth counts blocks, the stem's two convolutions among them.
    """
    small = small_form(form, input_shape)
    rates = iter(increasing(drop_path, sum(blocks)))
    inputs = keras.Input(input_shape)
    x = convolution(inputs, scaled(STEM, width), 3, 1 if small else 2, name="stem")
    x = convolution(normalized(x, "stem", activation), scaled(STEM, width), 3, name="stem_conv2")
    for stage, count in enumerate(blocks, start=1):
        for number in range(1, count + 1):
            stride = 2 if number == 1 and not (small and stage == 1) else 1
            name, rate = f"stage{stage}_block{number}", next(rates)
            if stage <= len(CHANNELS):
                x = _convolutional(x, scaled(CHANNELS[stage - 1], width), stride, stride_in, activation, rate, name)
            else:
                heads = HEADS[stage - len(CHANNELS) - 1]
                x = _attentive(x, heads, heads * scaled(HEAD, width), stride, activation, dropout, rate, name)
    x = layer_norm(layers.GlobalAveragePooling2D(name="mean")(x), "mean_norm")
    x = layers.Dense(x.shape[-1], "tanh", kernel_initializer=narrow(), name="head")(x)
    return keras.Model(inputs, logits(dropped(x, dropout, "head_dropout"), num_classes, narrow()))


def _convolutional(x: Any, channels: int, stride: int, stride_in: str, activation: str, rate: float, name: str) -> Any:
    """MBConv with the normalization first; the middle is EXPANSION times as wide as what comes out."""
    first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
    y = normalized(x, f"{name}_pre", None)
    y = convolution(y, EXPANSION * channels, 1, first, name=f"{name}_expand")
    y = depthwise(normalized(y, f"{name}_expand", activation), 3, second, name=f"{name}_depthwise")
    y = normalized(y, f"{name}_depthwise", activation)
    y = squeeze_excite(y, max(1, channels // SQUEEZE), name=f"{name}_se", activation="silu")
    y = convolution(y, channels, 1, name=f"{name}_project", use_bias=True)
    return residual(_shortcut(x, channels, stride, name), y, name, rate)


def _attentive(
    x: Any, heads: int, channels: int, stride: int, activation: str, dropout: float, rate: float, name: str
) -> Any:
    y = layer_norm(x, f"{name}_norm1")
    if stride > 1:
        y = _pool(y, f"{name}_norm1_pool")
    attend = WindowAttention(heads, y.shape[1:3], name=f"{name}_attention")  # one window: the whole map
    y = attention(y, attend, channels, name)
    x = residual(_shortcut(x, channels, stride, name), y, f"{name}_attention", rate)
    y = feed_forward(layer_norm(x, f"{name}_norm2"), EXPANSION * channels, name, activation, dropout)
    return residual(x, y, f"{name}_mlp", rate)


def _shortcut(x: Any, channels: int, stride: int, name: str) -> Any:
    if stride > 1:
        x = _pool(x, f"{name}_shortcut_pool")
    if x.shape[-1] != channels:
        x = convolution(x, channels, 1, name=f"{name}_shortcut", use_bias=True)
    return x


def _pool(x: Any, name: str) -> Any:
    return layers.MaxPooling2D(2, padding="same", name=name)(x)


ARCHITECTURES = {
    "coatnet0": Architecture(
        partial(coatnet, (2, 3, 5, 2)), "CoAtNet", year=2021, depth=14,
        key_innovation="MBConv stages followed by relative-attention transformer stages",
    ),
}  # fmt: skip
