"""MobileNetV2: Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
arXiv:1801.04381, Table 2.
"""

from __future__ import annotations

from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import (
    linear_decay,
    make_divisible,
    normalized,
    require_shortcuts,
    residual,
    same_convolution,
    same_depthwise,
)
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.heads import logits

STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""The paper's t, c, n, s: expansion, channels, blocks, stride of the first block."""

Activation = Literal["relu6", "relu"]


def mobilenet_v2(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.2,
    drop_path: float = 0.0,
    activation: Activation = "relu6",
    skip: bool = True,
    linear: bool = True,
    form: Form = "auto",
) -> keras.Model:
    """3,504,872 learned parameters at 224x224 with 1000 classes.

    `width` is the paper's alpha: every channel times alpha, rounded to a multiple of 8; the last 1280 grow with it but
    do not shrink. skip=False leaves out the shortcuts, linear=False puts the activation behind the bottlenecks too: the
    paper's Figure 6. Small images (below 96 pixels, or form=small): stem and second stage have stride 1, so 32 pixels
    end as 4, as chenyaofo/pytorch-cifar-models has it: 2,236,682 at 32x32x3 with 10 classes (kuangliu's 2,296,922 adds
    projections that the paper does not have). Padding is TensorFlow's "same". Deviations: dropout before the last
    layer, from the authors' code; initialisation by He et al., arXiv:1502.01852. drop_path: stochastic depth's rate at
    the last block, by its paper's linear rule (arXiv:1603.09382), where a block has a shortcut; MobileNetV2's trains
    without.
    """
    require_shortcuts(skip, drop_path)
    rates = iter(linear_decay(drop_path, sum(count for _, _, count, _ in STAGES)))
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = same_convolution(inputs, make_divisible(32 * width), 3, 1 if small else 2, name="stem")
    x = normalized(x, "stem", activation, SLIM_EPSILON)
    for stage, (expansion, channels, count, first_stride) in enumerate(STAGES, start=1):
        for number in range(1, count + 1):
            stride = first_stride if number == 1 and not (small and stage == 2) else 1
            name, before, rate = f"stage{stage}_block{number}", x, next(rates)
            x = _bottleneck(x, expansion, make_divisible(channels * width), stride, activation, linear, name)
            if skip and stride == 1 and x.shape[-1] == before.shape[-1]:
                x = residual(before, x, name, rate)
    x = same_convolution(x, make_divisible(1280 * max(1.0, width)), 1, name="head")
    x = layers.GlobalAveragePooling2D(name="mean")(normalized(x, "head", activation, SLIM_EPSILON))
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes))


def _bottleneck(x: Any, expansion: int, channels: int, stride: int, activation: str, linear: bool, name: str) -> Any:
    """Wide inside, narrow outside; nothing cuts off the narrow maps, which would lose what they hold."""
    if expansion > 1:
        x = same_convolution(x, expansion * x.shape[-1], 1, name=f"{name}_expand")
        x = normalized(x, f"{name}_expand", activation, SLIM_EPSILON)
    x = same_depthwise(x, 3, stride, name=f"{name}_depthwise")
    x = normalized(x, f"{name}_depthwise", activation, SLIM_EPSILON)
    x = same_convolution(x, channels, 1, name=f"{name}_project")
    return normalized(x, f"{name}_project", None if linear else activation, SLIM_EPSILON)


ARCHITECTURES = {
    "mobilenet_v2": Architecture(
        mobilenet_v2, "MobileNetV2", year=2018,
        depth=53,  # the paper gives none: convolutions (depthwise too) and the dense layer
        key_innovation="Inverted residual blocks with linear bottlenecks",
    ),
}  # fmt: skip
