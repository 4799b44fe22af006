"""EfficientNet: Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", arXiv:1905.11946.

Table 1 of the paper is the searched baseline B0; section 3.3 scales its width, depth and resolution together.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Literal, NamedTuple

import keras
from keras import layers

from suite.models.architecture import CIFAR10, TINY_IMAGENET, Architecture, ArchitectureError, Form, small_form
from suite.models.blocks.layers import (
    drop_path,
    increasing,
    make_divisible,
    normalized,
    same_convolution,
    same_depthwise,
    squeeze_excite,
)
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.heads import logits

MOST_PHI = 12
"""Three times B0's width and nine times its depth: B7 is at 6 to 7."""
MOST_DEPTH = 10
"""As deep as the largest phi makes it, about."""
WIDTH_GROWTH, DEPTH_GROWTH = 1.1, 1.2
"""Beta and alpha of section 3.3: what one step of the compound coefficient multiplies. The image's is 1.15."""

# Dictionaries, because a layer makes an initializer of its own from one; a shared object would draw the same numbers
# for every kernel of one shape.
CONVOLUTIONS = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}
CLASSES = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1 / 3, "mode": "fan_out", "distribution": "uniform"},
}

STAGES = (
    # expansion, kernel, stride, channels, blocks
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
"""Rows 2 to 8 of Table 1; a stride is of its stage's first block."""


class Variant(NamedTuple):
    """Released coefficients, the side of the images in pixels, and the dropout before the classes."""

    width: float
    depth: float
    resolution: int
    dropout: float


VARIANTS = {
    "efficientnet_b0": Variant(1.0, 1.0, 224, 0.2),
    "efficientnet_b1": Variant(1.0, 1.1, 240, 0.2),
    "efficientnet_b2": Variant(1.1, 1.2, 260, 0.3),
    "efficientnet_b3": Variant(1.2, 1.4, 300, 0.3),
    "efficientnet_b4": Variant(1.4, 1.8, 380, 0.4),
    "efficientnet_b5": Variant(1.6, 2.2, 456, 0.4),
    "efficientnet_b6": Variant(1.8, 2.6, 528, 0.5),
    "efficientnet_b7": Variant(2.0, 3.1, 600, 0.5),
}


def efficientnet(
    width_coefficient: float,
    depth_coefficient: float,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    depth: float = 1.0,
    phi: float = 0.0,
    dropout: float = 0.2,
    drop_path: float = 0.2,
    activation: Literal["silu", "relu"] = "silu",
    form: Form = "auto",
) -> keras.Model:
    """B0 with channels times the width's coefficient, to multiples of 8, and blocks times the depth's, rounded up.

    Learned parameters with 1000 classes, at any size: B0 5,288,548, B1 7,794,184, B2 9,109,994, B3 12,233,232,
    B4 19,341,616, B5 30,389,784, B6 43,040,704, B7 66,347,960. B0 at 32x32x3 with 10 classes: 4,020,358.

    width, depth: multiply the variant's coefficients, so any other network of the family is one of B0's options:
    B0 with width 1.1 and depth 1.2 is B2 (whose dropout is 0.3). phi: the compound coefficient, width times 1.1**phi
    and depth times 1.2**phi; the images' side should then be 1.15**phi times as long. The released coefficients follow
    this law only roughly. drop_path: stochastic depth's rate at the last block.

    Small images (below 96 pixels, or form=small): the stem's stride is 1, as kuangliu/pytorch-cifar has it; its B0 has
    3,599,686, because it leaves out the head's convolution and keeps an expansion in the first block that is never
    used. Initialisation: a truncated normal of variance 2 / fan-out for convolutions and uniform for the classes, as
    keras.applications (the authors' code does not truncate); in the gates He's (arXiv:1502.01852) and then Glorot's.
    Deviations: rates of drop_path grow from 0 to the full rate, the authors' stop one block short of it; moving
    averages keep 0.9 of a step, the paper's 0.99. Architecture.depth leaves out the gates' convolutions; the paper
    gives no count.
    """
    if not 0 < depth <= MOST_DEPTH or abs(phi) > MOST_PHI:
        raise ArchitectureError(
            f"EfficientNet takes a depth above 0 and up to {MOST_DEPTH}, and a phi between -{MOST_PHI} and {MOST_PHI}, "
            f"not {depth:g} and {phi:g}"
        )
    width *= width_coefficient * WIDTH_GROWTH**phi
    depth *= depth_coefficient * DEPTH_GROWTH**phi
    counts = [repeats(blocks, depth) for *_, blocks in STAGES]
    rates = iter(increasing(drop_path, sum(counts)))

    inputs = keras.Input(input_shape)
    stem_stride = 1 if small_form(form, input_shape) else 2
    x = same_convolution(inputs, make_divisible(32 * width), 3, stem_stride, name="stem", initializer=CONVOLUTIONS)
    x = normalized(x, "stem", activation, SLIM_EPSILON)
    for stage, (count, row) in enumerate(zip(counts, STAGES, strict=True), start=1):
        expansion, kernel, stride, channels, _ = row
        for number in range(1, count + 1):
            x = mbconv(
                x, make_divisible(channels * width), stride if number == 1 else 1, expansion, kernel=kernel,
                rate=next(rates), activation=activation, name=f"stage{stage}_block{number}",
            )  # fmt: skip
    x = same_convolution(x, make_divisible(1280 * width), 1, name="head", initializer=CONVOLUTIONS)
    x = layers.GlobalAveragePooling2D(name="mean")(normalized(x, "head", activation, SLIM_EPSILON))
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes, CLASSES))


def repeats(blocks: int, depth: float) -> int:
    """Blocks of a stage times the depth's coefficient, rounded up, at least 1."""
    return max(1, math.ceil(blocks * depth))


def mbconv(
    x: Any, channels: int, stride: int, expansion: int, *, kernel: int = 3, rate: float, activation: str, name: str
) -> Any:
    """The inverted bottleneck of MobileNetV2 with a gate, whose inner size is a quarter of the block's input."""
    entering, y = x.shape[-1], x
    if expansion != 1:
        y = same_convolution(y, entering * expansion, 1, name=f"{name}_expand", initializer=CONVOLUTIONS)
        y = normalized(y, f"{name}_expand", activation, SLIM_EPSILON)
    y = same_depthwise(y, kernel, stride, name=f"{name}_depthwise", initializer=CONVOLUTIONS)
    y = normalized(y, f"{name}_depthwise", activation, SLIM_EPSILON)
    y = squeeze_excite(y, max(1, entering // 4), name=f"{name}_se", activation=activation)
    y = same_convolution(y, channels, 1, name=f"{name}_project", initializer=CONVOLUTIONS)
    return shortcut(x, normalized(y, f"{name}_project", None, SLIM_EPSILON), stride, rate, name)


def shortcut(x: Any, y: Any, stride: int, rate: float, name: str) -> Any:
    """The block's output `y`, plus its input `x` where the shape stays; only what can be skipped is ever dropped."""
    if stride != 1 or x.shape[-1] != y.shape[-1]:
        return y
    return layers.Add(name=f"{name}_add")([drop_path(y, rate, f"{name}_drop"), x])


def _variant(width: float, depth: float, resolution: int, dropout: float) -> Architecture:
    innovation = "Depth, width and resolution scaled together from one searched baseline"
    if width == depth == 1:
        innovation = "Searched baseline of inverted bottlenecks with gates, made to be scaled"
    weighted = sum((2 if expansion == 1 else 3) * repeats(blocks, depth) for expansion, _, _, _, blocks in STAGES)
    return Architecture(
        partial(efficientnet, width, depth, dropout=dropout), "EfficientNet", year=2019, depth=weighted + 3,
        key_innovation=innovation, references=(((resolution, resolution, 3), 1000), CIFAR10, TINY_IMAGENET),
        min_size=16,
    )  # fmt: skip


ARCHITECTURES = {name: _variant(*variant) for name, variant in VARIANTS.items()}
