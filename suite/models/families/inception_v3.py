"""Inception-v3: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, "Rethinking the Inception Architecture for Computer Vision",
arXiv:1512.00567.

The net that the authors released, as keras.applications has it: modules at 35x35 (Figure 5 of the paper, with a 5x5
left whole), 17x17 (Figure 6) and 8x8 (Figure 7), and reductions between them (Figure 10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import keras
from keras import layers

from suite.models.architecture import CIFAR10, TINY_IMAGENET, Architecture, ArchitectureError, Form, small_form
from suite.models.blocks.layers import normalized, scaled
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.heads import logits

LARGE = 75
"""The least side in pixels that the form `large` reduces to a map, for it pads little."""

Branches = Mapping[str, Sequence[tuple[int, int, int]]]
"""Name of a branch: its convolutions one after the other, each as filters, rows and columns of the kernel."""

REDUCTIONS: dict[int, Branches] = {  # by the stage that they begin
    2: {"3x3": [(384, 3, 3)], "3x3_twice": [(64, 1, 1), (96, 3, 3), (96, 3, 3)]},
    3: {"3x3": [(192, 1, 1), (320, 3, 3)], "7x7": [(192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3)]},
}


def inception_v3(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.0,
    form: Form = "auto",
) -> keras.Model:
    """23,834,568 parameters at 224x224 as at the paper's 299x299 with 1000 classes.

    keras.applications' has 23,817,352: its batch normalization does not scale, which is 17,216 less. Small images
    (below 96 pixels, or form=small): a stem of stride 1 without pools that pads all but its last 3x3, as
    weiaicunzai/pytorch-cifar100 has it, so that 32x32 images go through maps of 30x30, 14x14 and 6x6: 21,806,058 at
    32x32x3 with 10 classes (there 327,680 more, for the first three modules project their pools with 3x3 kernels).
    Deviations: no auxiliary classifier, as in keras.applications; the paper does not give an initialisation, here it
    is He's (arXiv:1502.01852). Depth counts the convolutions of the longest path and the dense layer. `dropout` acts
    before the logits. `width` scales channels.
    """
    small = small_form(form, input_shape)
    if not small and min(input_shape[:2]) < LARGE:
        height, columns = input_shape[:2]
        raise ArchitectureError(
            f"form=large of inception_v3 needs images of at least {LARGE}x{LARGE} pixels, not {height}x{columns}"
        )
    conv = partial(_conv, width)
    inputs = keras.Input(input_shape)
    x = _stem(conv, inputs, small)
    for number, pool in enumerate((32, 64, 64), start=1):
        x = _module(conv, x, _fine(pool), f"stage1_block{number}")
    x = _module(conv, x, REDUCTIONS[2], "stage2_block1", stride=2)
    for number, channels in enumerate((128, 160, 160, 192), start=2):
        x = _module(conv, x, _middle(channels), f"stage2_block{number}")
    x = _module(conv, x, REDUCTIONS[3], "stage3_block1", stride=2)
    for number in (2, 3):
        x = _expanded(conv, x, f"stage3_block{number}")
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes))


def _conv(
    width: float,
    x: Any,
    filters: int,
    kernel: tuple[int, int],
    name: str,
    stride: int = 1,
    padding: str = "same",
) -> Any:
    x = layers.Conv2D(
        scaled(filters, width), kernel, stride, padding, use_bias=False, kernel_initializer="he_normal", name=name
    )(x)  # fmt: skip
    return normalized(x, name, epsilon=SLIM_EPSILON)


def _stem(conv: Any, x: Any, small: bool) -> Any:
    """To an eighth of the image's size; small images lose two pixels."""
    stride, padding = (1, "same") if small else (2, "valid")
    x = conv(x, 32, (3, 3), "stem_conv1", stride, padding)
    x = conv(x, 32, (3, 3), "stem_conv2", 1, padding)
    x = conv(x, 64, (3, 3), "stem_conv3")
    if not small:
        x = layers.MaxPooling2D(3, 2, name="stem_pool1")(x)
    x = conv(x, 80, (1, 1), "stem_conv4")
    x = conv(x, 192, (3, 3), "stem_conv5", 1, "valid")
    return x if small else layers.MaxPooling2D(3, 2, name="stem_pool2")(x)


def _fine(pool: int) -> Branches:
    return {
        "1x1": [(64, 1, 1)],
        "5x5": [(48, 1, 1), (64, 5, 5)],
        "3x3_twice": [(64, 1, 1), (96, 3, 3), (96, 3, 3)],
        "pool": [(pool, 1, 1)],
    }


def _middle(channels: int) -> Branches:
    """7x7 convolutions in two factors, 1x7 and 7x1."""
    return {
        "1x1": [(192, 1, 1)],
        "7x7": [(channels, 1, 1), (channels, 1, 7), (192, 7, 1)],
        "7x7_twice": [(channels, 1, 1), (channels, 7, 1), (channels, 1, 7), (channels, 7, 1), (192, 1, 7)],
        "pool": [(192, 1, 1)],
    }


def _module(conv: Any, x: Any, branches: Branches, name: str, stride: int = 1) -> Any:
    """Branches side by side; at stride 2 the last convolution of each halves the map, and a pool beside them."""
    outputs = []
    for branch, convolutions in branches.items():
        y = _mean(x, name) if branch == "pool" else x
        *before, last = enumerate(convolutions, start=1)
        for number, (filters, rows, columns) in before:
            y = conv(y, filters, (rows, columns), f"{name}_{branch}_conv{number}")
        number, (filters, rows, columns) = last
        padding = "same" if stride == 1 else "valid"
        outputs.append(conv(y, filters, (rows, columns), f"{name}_{branch}_conv{number}", stride, padding))
    if stride == 2:
        outputs.append(layers.MaxPooling2D(3, 2, name=f"{name}_pool")(x))
    return layers.Concatenate(name=f"{name}_concat")(outputs)


def _expanded(conv: Any, x: Any, name: str) -> Any:
    """The coarsest grid's module, where 3x3 convolutions become a 1x3 and a 3x1 side by side."""

    def both(y: Any, branch: str) -> list[Any]:
        return [
            conv(y, 384, (1, 3), f"{name}_{branch}_1x3"),
            conv(y, 384, (3, 1), f"{name}_{branch}_3x1"),
        ]

    ones = conv(x, 320, (1, 1), f"{name}_1x1_conv1")
    once = both(conv(x, 384, (1, 1), f"{name}_3x3_conv1"), "3x3")
    y = conv(x, 448, (1, 1), f"{name}_3x3_twice_conv1")
    twice = both(conv(y, 384, (3, 3), f"{name}_3x3_twice_conv2"), "3x3_twice")
    pooled = conv(_mean(x, name), 192, (1, 1), f"{name}_pool_conv1")
    return layers.Concatenate(name=f"{name}_concat")([ones, *once, *twice, pooled])


def _mean(x: Any, name: str) -> Any:
    return layers.AveragePooling2D(3, 1, "same", name=f"{name}_mean")(x)


ARCHITECTURES = {
    "inception_v3": Architecture(
        inception_v3, "InceptionV3", year=2015, depth=48, min_size=9,
        references=(((299, 299, 3), 1000), CIFAR10, TINY_IMAGENET),
        key_innovation="Convolutions in factors: 5x5 as two 3x3, 7x7 as 1x7 and 7x1; batch normalization",
    ),
}  # fmt: skip
