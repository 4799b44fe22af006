"""Airbench's convolutional net: Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv:2404.00498, section 3.

A whitened 2x2 convolution, then three groups of two 3x3 convolutions with a pool between them, and a linear layer.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from suite.models.architecture import CIFAR10, IMAGENET, TINY_IMAGENET, Architecture
from suite.models.blocks.layers import activated, convolution, scaled
from suite.models.blocks.normalization import BatchNormalization
from suite.models.blocks.partial_identity import PartialIdentity
from suite.models.blocks.whitening import Whitening
from suite.models.heads import logits

WIDTHS = (64, 256, 256)
LOGIT_SCALE = 1 / 9
MOMENTUM = 0.6
"""Of the moving statistics: a training has a few hundred steps, of a thousand images each."""


def airbench(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    whiten: bool = True,
    identity: bool = True,
) -> keras.Model:
    """1,972,792 parameters at 32x32x3 with 10 classes, of which 1,152 scales of norms stay at 1 and 288 of the first
    layer are measured: 1,971,352 learn, the others are no parameters here but for those 288.

    The first layer takes its kernel from training images when a training starts; its bias learns to the end, the
    author's for 3 epochs, which saves time and changes little. Convolutions begin as the identity in part. Norms have
    no scale, and 1e-5 beside their variances, the author's 1e-12. The last pool takes the maximum of the whole map, at
    32x32 the author's 3x3. The factor 1/9 stands before the linear layer, whose logits are the same. `width` scales
    channels; `whiten=False` leaves the first layer random, a convolution that learns; `identity=False` begins as He et
    al. do.
    """
    inputs = keras.Input(input_shape)
    filters = 2 * 2 * 2 * input_shape[-1]
    if whiten:
        x = Whitening(2, name="stem")(inputs)
    else:
        x = layers.Conv2D(filters, 2, kernel_initializer="he_normal", name="stem")(inputs)
    x = activated(x, "stem", "gelu")
    for number, channels in enumerate(WIDTHS, start=1):
        x = _group(x, scaled(channels, width), f"stage{number}", identity)
    x = layers.GlobalMaxPooling2D(name="maximum")(x)
    x = layers.Rescaling(LOGIT_SCALE, name="scale")(x)
    return keras.Model(inputs, logits(x, num_classes, _uniform(), use_bias=False))


def _group(x: Any, channels: int, name: str, identity: bool) -> Any:
    initializer = PartialIdentity if identity else keras.initializers.HeNormal
    x = convolution(x, channels, 3, initializer=initializer(), name=f"{name}_conv1")
    x = layers.MaxPooling2D(2, name=f"{name}_pool")(x)
    x = _normalized(x, f"{name}_conv1")
    x = convolution(x, channels, 3, initializer=initializer(), name=f"{name}_conv2")
    return _normalized(x, f"{name}_conv2")


def _normalized(x: Any, name: str) -> Any:
    return activated(BatchNormalization(MOMENTUM, scale=False, name=f"{name}_bn")(x), name, "gelu")


def _uniform() -> Any:
    """PyTorch's default: uniform below 1 / sqrt(inputs)."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


ARCHITECTURES = {
    "airbench94": Architecture(
        airbench, "Airbench", year=2024, depth=8, references=(CIFAR10, TINY_IMAGENET, IMAGENET), min_size=9,
        key_innovation="Whitened first layer, partly identical convolutions, few and wide layers: 94% in ten epochs",
    ),
}  # fmt: skip
