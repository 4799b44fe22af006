"""GhostNet: Han, Wang, Tian, Guo, Xu, Xu, "GhostNet: More Features from Cheap Operations", arXiv:1911.11907, Table
1.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import (
    convolution,
    depthwise,
    linear_decay,
    make_divisible,
    normalized,
    residual,
    squeeze_excite,
)
from suite.models.heads import logits

DIVISOR = 4
"""Channels are multiples of it: half of them are ghosts."""

STEM, HIDDEN = 16, 1280

STAGES: tuple[tuple[int, tuple[tuple[int, int, int, bool], ...]], ...] = (
    (1, ((3, 16, 16, False),)),
    (2, ((3, 48, 24, False), (3, 72, 24, False))),
    (2, ((5, 72, 40, True), (5, 120, 40, True))),
    (2, ((3, 240, 80, False), (3, 200, 80, False), (3, 184, 80, False), (3, 184, 80, False), (3, 480, 112, True),
         (3, 672, 112, True))),
    (2, ((5, 672, 160, True), (5, 960, 160, False), (5, 960, 160, True), (5, 960, 160, False),
         (5, 960, 160, True))),
)  # fmt: skip
"""By size of the map: stride of the first block, then of each block: kernel, #exp, #out, SE."""


def ghostnet(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.2,
    drop_path: float = 0.0,
    form: Form = "auto",
) -> keras.Model:
    """5,182,508 learned parameters at 224x224 with 1000 classes.

    `width` is the paper's alpha: every channel times alpha, rounded to a multiple of 4; the 1280 hidden units stay. No
    accepted form for small images exists; here (below 96 pixels, or form=small) the stem and the first block that would
    halve the map have stride 1, so that 32 pixels end as 4, as in MobileNetV2: 3,913,790 at 32x32x3 with 10 classes
    (that block's depthwise convolution, which is only there to halve, goes). Kernels (3 or 5) are those of the authors'
    code, the gate is a hard sigmoid as there. Deviation: initialisation by He et al., arXiv:1502.01852.
    drop_path: stochastic depth's rate at the last block, by its paper's linear rule (arXiv:1603.09382); GhostNet's
    trains without.
    """
    rates = iter(linear_decay(drop_path, sum(len(blocks) for _, blocks in STAGES)))
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = convolution(inputs, make_divisible(STEM * width, DIVISOR), 3, 1 if small else 2, name="stem")
    x = normalized(x, "stem")
    expanded = 0
    for stage, (first_stride, blocks) in enumerate(STAGES, start=1):
        for number, (kernel, expansion, channels, squeeze) in enumerate(blocks, start=1):
            stride = first_stride if number == 1 and not (small and stage == 2) else 1
            expanded = make_divisible(expansion * width, DIVISOR)
            out = make_divisible(channels * width, DIVISOR)
            x = _bottleneck(x, kernel, expanded, out, stride, squeeze, next(rates), f"stage{stage}_block{number}")
    x = normalized(convolution(x, expanded, 1, name="head"), "head")
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(HIDDEN, "relu", kernel_initializer="he_normal", name="hidden")(x)
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes))


def _bottleneck(
    x: Any, kernel: int, expanded: int, channels: int, stride: int, squeeze: bool, rate: float, name: str
) -> Any:
    """Two ghost modules, the first widens; where the map is halved, a depthwise convolution stands between them."""
    y = _ghost(x, expanded, "relu", f"{name}_expand")
    if stride > 1:
        y = depthwise(y, kernel, stride, name=f"{name}_depthwise")
        y = normalized(y, f"{name}_depthwise", None)
    if squeeze:
        y = squeeze_excite(y, make_divisible(expanded / 4, DIVISOR), name=f"{name}_se", gate="hard_sigmoid")
    y = _ghost(y, channels, None, f"{name}_project")
    return residual(_shortcut(x, kernel, channels, stride, f"{name}_shortcut"), y, name, rate)


def _ghost(x: Any, channels: int, activation: str | None, name: str) -> Any:
    """Half of the channels by a 1x1 convolution, the other half made of these by a 3x3 depthwise one."""
    x = normalized(convolution(x, channels // 2, 1, name=f"{name}_primary"), f"{name}_primary", activation)
    ghosts = normalized(depthwise(x, 3, name=f"{name}_cheap"), f"{name}_cheap", activation)
    return layers.Concatenate(name=f"{name}_concat")([x, ghosts])


def _shortcut(x: Any, kernel: int, channels: int, stride: int, name: str) -> Any:
    """The identity, or a depthwise and a 1x1 convolution where the shape changes."""
    if stride == 1 and x.shape[-1] == channels:
        return x
    x = depthwise(x, kernel, stride, name=f"{name}_depthwise")
    x = normalized(x, f"{name}_depthwise", None)
    return normalized(convolution(x, channels, 1, name=f"{name}_pointwise"), f"{name}_pointwise", None)


ARCHITECTURES = {
    "ghostnet": Architecture(
        ghostnet, "GhostNet", year=2019,
        # The paper gives none: convolutions (depthwise too) and dense layers of the longest path, without those of
        # squeeze-and-excitation: four in each of 16 blocks, one more in four of them, stem, head, hidden, logits.
        depth=72,
        key_innovation="Half of the feature maps made by cheap depthwise operations from the other half",
    ),
}  # fmt: skip
