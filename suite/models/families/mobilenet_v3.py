"""MobileNetV3: Howard et al., "Searching for MobileNetV3", arXiv:1905.02244, Tables 1 (large) and 2 (small)."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import (
    linear_decay,
    make_divisible,
    normalized,
    residual,
    same_convolution,
    same_depthwise,
    squeeze_excite,
)
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.heads import logits

Block = tuple[int, int, int, str, str]
Stages = tuple[tuple[int, tuple[Block, ...]], ...]

STEM = 16

LARGE: Stages = (
    (1, ((3, 16, 16, "", "RE"),)),
    (2, ((3, 64, 24, "", "RE"), (3, 72, 24, "", "RE"))),
    (2, ((5, 72, 40, "SE", "RE"), (5, 120, 40, "SE", "RE"), (5, 120, 40, "SE", "RE"))),
    (2, ((3, 240, 80, "", "HS"), (3, 200, 80, "", "HS"), (3, 184, 80, "", "HS"), (3, 184, 80, "", "HS"),
         (3, 480, 112, "SE", "HS"), (3, 672, 112, "SE", "HS"))),
    (2, ((5, 672, 160, "SE", "HS"), (5, 960, 160, "SE", "HS"), (5, 960, 160, "SE", "HS"))),
)  # fmt: skip
"""By size of the map: stride of the first block, then the paper's columns of each block (kernel, exp size, #out, SE,
NL)."""

SMALL: Stages = (
    (2, ((3, 16, 16, "SE", "RE"),)),
    (2, ((3, 72, 24, "", "RE"), (3, 88, 24, "", "RE"))),
    (2, ((5, 96, 40, "SE", "HS"), (5, 240, 40, "SE", "HS"), (5, 240, 40, "SE", "HS"), (5, 120, 48, "SE", "HS"),
         (5, 144, 48, "SE", "HS"))),
    (2, ((5, 288, 96, "SE", "HS"), (5, 576, 96, "SE", "HS"), (5, 576, 96, "SE", "HS"))),
)  # fmt: skip

Activation = Literal["hard_swish", "swish", "relu"]


def mobilenet_v3(
    stages: Stages,
    hidden: int,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.2,
    drop_path: float = 0.0,
    activation: Activation = "hard_swish",
    form: Form = "auto",
) -> keras.Model:
    """`hidden`: units of the dense layer before the last; 5,483,032 learned parameters for Large and 2,542,856 for
    Small at 224x224 with 1000 classes.

    `width` is the paper's alpha: every channel times alpha, rounded to a multiple of 8; the hidden units grow with it
    but do not shrink. activation: what stands where the paper has h-swish (its ablation). No accepted form for small
    images exists; here (below 96 pixels, or form=small) the stem and the first block that would halve the map have
    stride 1, so that 32 pixels end as 4, as in MobileNetV2: 4,214,842 for Large and 1,528,106 for Small at 32x32x3 with
    10 classes. Padding is TensorFlow's "same". Deviations: initialisation by He et al., arXiv:1502.01852; moving
    averages keep 0.9 of a step, the paper's 0.99; no squeeze-and-excitation on Small's last convolution, which Table 2
    marks and the released nets do not have. drop_path: stochastic depth's rate at the last block, by its paper's linear
    rule (arXiv:1603.09382), where a block has a shortcut; MobileNetV3's trains without.
    """
    rates = iter(linear_decay(drop_path, sum(len(blocks) for _, blocks in stages)))
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = same_convolution(inputs, make_divisible(STEM * width), 3, 1 if small else 2, name="stem")
    x = normalized(x, "stem", activation, SLIM_EPSILON)
    first_halving = next(stage for stage, (stride, _) in enumerate(stages, start=1) if stride == 2)
    before = STEM  # channels by the paper's table, to which its expansions are relative
    for stage, (first_stride, blocks) in enumerate(stages, start=1):
        for number, (kernel, expanded, channels, squeeze, nonlinearity) in enumerate(blocks, start=1):
            x = _block(
                x,
                kernel,
                make_divisible(x.shape[-1] * expanded / before),
                make_divisible(channels * width),
                first_stride if number == 1 and not (small and stage == first_halving) else 1,
                squeeze == "SE",
                activation if nonlinearity == "HS" else "relu",
                next(rates),
                f"stage{stage}_block{number}",
            )
            before = channels
    x = same_convolution(x, make_divisible(6 * x.shape[-1]), 1, name="head")
    x = layers.GlobalAveragePooling2D(name="mean")(normalized(x, "head", activation, SLIM_EPSILON))
    units = make_divisible(hidden * max(1.0, width))
    x = layers.Dense(units, activation, kernel_initializer="he_normal", name="hidden")(x)
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes))


def _block(
    x: Any,
    kernel: int,
    expanded: int,
    channels: int,
    stride: int,
    squeeze: bool,
    activation: str,
    rate: float,
    name: str,
) -> Any:
    """MobileNetV2's inverted residual, with squeeze-and-excitation on the wide maps."""
    y = x
    if expanded != x.shape[-1]:
        y = normalized(
            same_convolution(y, expanded, 1, name=f"{name}_expand"), f"{name}_expand", activation, SLIM_EPSILON
        )
    y = same_depthwise(y, kernel, stride, name=f"{name}_depthwise")
    y = normalized(y, f"{name}_depthwise", activation, SLIM_EPSILON)
    if squeeze:
        y = squeeze_excite(y, make_divisible(expanded / 4), name=f"{name}_se", gate="hard_sigmoid")
    y = normalized(same_convolution(y, channels, 1, name=f"{name}_project"), f"{name}_project", None, SLIM_EPSILON)
    if stride == 1 and x.shape[-1] == channels:
        return residual(x, y, name, rate)
    return y


CONFIGURATIONS: dict[str, tuple[Stages, int]] = {
    "mobilenet_v3_small": (SMALL, 1024),
    "mobilenet_v3_large": (LARGE, 1280),
}


def _variant(stages: Stages, hidden: int) -> Architecture:
    # The paper gives no depth: convolutions and dense layers, without those of squeeze-and-excitation. Three a block
    # but for the first, which does not expand; stem, head, hidden and logits.
    depth = 3 * sum(len(blocks) for _, blocks in stages) - 1 + 4
    return Architecture(
        partial(mobilenet_v3, stages, hidden), "MobileNetV3", year=2019, depth=depth,
        key_innovation="Searched blocks (NAS, NetAdapt) with squeeze-and-excitation and h-swish, a cheap head",
    )  # fmt: skip


ARCHITECTURES = {name: _variant(*configuration) for name, configuration in CONFIGURATIONS.items()}
