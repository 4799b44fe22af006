"""Xception: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", arXiv:1610.02357.

Figure 5 of the paper: an entry flow that shrinks the map, a middle flow of eight blocks, an exit flow; 36 convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from suite.models.architecture import CIFAR10, TINY_IMAGENET, Architecture, Form, small_form
from suite.models.blocks.layers import convolution, drop_path, linear_decay, normalized, scaled, separable
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.heads import logits

ENTRY = (128, 256, 728)
MIDDLE, BLOCKS = 728, 8
EXIT = (1536, 2048)


def xception(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.5,
    drop_path: float = 0.0,
    form: Form = "auto",
) -> keras.Model:
    """22,855,952 parameters at 224x224 as at the paper's 299x299 with 1000 classes, the paper's own count.

    Small images (below 96 pixels, or form=small): the stem has stride 1 and pads, and the entry flow's third block
    does not halve, as weiaicunzai/pytorch-cifar100 has it, so that the middle flow sees 8x8 maps of 32x32 images:
    20,827,442 at 32x32x3 with 10 classes (there 2,136 more, for its four projections have biases). Deviation: the
    paper does not give an initialisation, here it is He's (arXiv:1502.01852). Depth is the paper's, which leaves out
    the dense layer and counts a separable convolution once. `width` scales channels. drop_path: stochastic depth's rate
    at the last addition, by its paper's linear rule (arXiv:1603.09382); Xception's trains without.
    """
    rates = iter(linear_decay(drop_path, len(ENTRY) + BLOCKS + 1))
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = _stem(inputs, width, small)
    middle = scaled(MIDDLE, width)
    for number, filters in enumerate(ENTRY, start=1):
        channels = scaled(filters, width)
        stride = 1 if small and number == len(ENTRY) else 2
        name = f"stage1_block{number}"
        x = _shrinking(x, (channels, channels), stride, next(rates), name, starts_with_relu=number > 1)
    for number in range(1, BLOCKS + 1):
        x = _steady(x, middle, next(rates), f"stage2_block{number}")
    x = _shrinking(x, (middle, scaled(1024, width)), 2, next(rates), "stage3_block1")
    for number, filters in enumerate(EXIT, start=1):
        name = f"stage3_block2_conv{number}"
        x = normalized(separable(x, scaled(filters, width), 3, name=name), name, epsilon=SLIM_EPSILON)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes))


def _stem(x: Any, width: float, small: bool) -> Any:
    """Without padding on large images, as published."""
    for number, (filters, stride) in enumerate(((32, 2), (64, 1)), start=1):
        name = f"stem_conv{number}"
        stride, padding = (1, "same") if small else (stride, "valid")
        x = layers.Conv2D(
            scaled(filters, width), 3, stride, padding, use_bias=False, kernel_initializer="he_normal", name=name
        )(x)  # fmt: skip
        x = normalized(x, name, epsilon=SLIM_EPSILON)
    return x


def _steady(x: Any, channels: int, rate: float, name: str) -> Any:
    y = drop_path(_separables(x, (channels,) * 3, name), rate, f"{name}_drop_path")
    return layers.Add(name=f"{name}_add")([y, x])


def _shrinking(
    x: Any, channels: Sequence[int], stride: int, rate: float, name: str, starts_with_relu: bool = True
) -> Any:
    """Separable convolutions and a pool, beside a projection."""
    y = _separables(x, channels, name, starts_with_relu)
    y = layers.MaxPooling2D(3, stride, "same", name=f"{name}_pool")(y)
    shortcut = convolution(x, channels[-1], 1, stride, name=f"{name}_project")
    shortcut = normalized(shortcut, f"{name}_project", activation=None, epsilon=SLIM_EPSILON)
    return layers.Add(name=f"{name}_add")([drop_path(y, rate, f"{name}_drop_path"), shortcut])


def _separables(x: Any, channels: Sequence[int], name: str, starts_with_relu: bool = True) -> Any:
    """ReLU, separable convolution, batch normalization, for each of `channels`."""
    for number, filters in enumerate(channels, start=1):
        if number > 1 or starts_with_relu:  # the stem has just ended in one
            x = layers.ReLU(name=f"{name}_relu{number}")(x)
        conv = f"{name}_conv{number}"
        x = normalized(separable(x, filters, 3, name=conv), conv, activation=None, epsilon=SLIM_EPSILON)
    return x


ARCHITECTURES = {
    "xception": Architecture(
        xception, "Xception", year=2016, depth=36, references=(((299, 299, 3), 1000), CIFAR10, TINY_IMAGENET),
        key_innovation="Inception taken to its limit: depthwise separable convolutions with shortcuts",
    ),
}  # fmt: skip
