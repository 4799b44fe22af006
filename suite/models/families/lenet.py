"""LeNet-5: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE
86(11), 1998.

Figure 2 of the paper: C1 6@28x28, S2 6@14x14, C3 16@10x10, S4 16@5x5, C5 120@1x1, F6 84, output 10, on 32x32 images.
"""

from __future__ import annotations

from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import CIFAR10, IMAGENET, MNIST, TINY_IMAGENET, Architecture
from suite.models.blocks.layers import scaled
from suite.models.heads import logits

FIELD = 32
"""Height and width in pixels for which C5 sees the whole image at once."""


def lenet5(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    activation: Literal["tanh", "relu"] = "tanh",
    pooling: Literal["average", "max"] = "average",
) -> keras.Model:
    """LeNet-5 as it is rebuilt today; 61,706 parameters at 32x32x1 with 10 classes (the paper's has exactly 60,000).

    Deviations from the paper: C3 reads all six maps (the paper's table leaves out 36 of 96 connections); subsampling
    has no weights; plain tanh instead of 1.7159 tanh(2x/3); a dense layer of logits instead of fixed Gaussian outputs;
    Glorot's initialisation for tanh and He's for ReLU instead of U(-2.4/fan-in, 2.4/fan-in), which was made for the
    scaled tanh. Images smaller than 32x32 are centred in a field of zeros of that size, as the paper does with its
    28x28 digits. On larger ones C5 slides, as the paper says it would, and its positions are averaged: the count stays.

    `width` scales maps and hidden units; activation and pooling are what later rebuilds changed.
    """
    initializer = "glorot_uniform" if activation == "tanh" else "he_normal"

    def conv(x: Any, filters: int, name: str) -> Any:
        return layers.Conv2D(
            scaled(filters, width), 5, activation=activation, kernel_initializer=initializer, name=name
        )(x)  # fmt: skip

    def subsample(x: Any, name: str) -> Any:
        return (layers.AveragePooling2D if pooling == "average" else layers.MaxPooling2D)(2, name=name)(x)

    inputs = keras.Input(input_shape)
    x = subsample(conv(_centred(inputs), 6, "c1"), "s2")
    x = subsample(conv(x, 16, "c3"), "s4")
    x = conv(x, 120, "c5")
    x = layers.Flatten(name="flatten")(x) if x.shape[1:3] == (1, 1) else layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(scaled(84, width), activation, kernel_initializer=initializer, name="f6")(x)
    return keras.Model(inputs, logits(x, num_classes))


def _centred(x: Any) -> Any:
    """The image in the middle of a field of at least 32x32."""
    missing = [max(0, FIELD - side) for side in x.shape[1:3]]
    if not any(missing):
        return x
    margins = tuple((total // 2, total - total // 2) for total in missing)
    return layers.ZeroPadding2D(margins, name="field")(x)


ARCHITECTURES = {
    "lenet5": Architecture(
        lenet5, "LeNet", year=1998, depth=5, references=(MNIST, CIFAR10, TINY_IMAGENET, IMAGENET), min_size=1,
        key_innovation="Convolution and subsampling learned end to end, for digits",
    ),
}  # fmt: skip
