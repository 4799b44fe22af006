"""Three small CNNs as articles that introduce convolutional networks print them, for 32x32 colour images.

All three carry biases in their convolutions although batch normalization follows: PyTorch's default, and theirs.
Initialisation: He et al., arXiv:1502.01852. `width` scales channels and hidden units. Dropout rates as printed.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from suite.models.architecture import CIFAR10, IMAGENET, TINY_IMAGENET, Architecture
from suite.models.blocks.layers import adaptive_average_pooling, convolution, normalized, scaled
from suite.models.heads import logits


def article_cnn(input_shape: tuple[int, int, int], num_classes: int, *, width: float = 1.0) -> keras.Model:
    """Three stages of 32, 64, 128, the last averaged to 4x4 at every image size; dropout 0.5; 620,810 learned."""
    inputs = keras.Input(input_shape)
    x = _stage(inputs, scaled(32, width), "conv1")
    x = _stage(x, scaled(64, width), "conv2")
    x = _stage(x, scaled(128, width), "conv3", pool=False)
    x = layers.Flatten(name="flatten")(adaptive_average_pooling(x, 4, "pool3"))
    x = _hidden(x, scaled(256, width))
    return keras.Model(inputs, logits(layers.Dropout(0.5, name="dropout")(x), num_classes))


def simple_cnn(input_shape: tuple[int, int, int], num_classes: int, *, width: float = 1.0) -> keras.Model:
    """Three stages of 32, 64, 128, each pooled and dropped out at 0.25, and 512 hidden units; 1,147,914 learned.

    The hidden layer reads the whole last map (4x4 at 32x32), so it grows with the image, as its author's would.
    """
    inputs = x = keras.Input(input_shape)
    for number, channels in enumerate((32, 64, 128), start=1):
        x = _stage(x, scaled(channels, width), f"conv{number}")
        x = layers.Dropout(0.25, name=f"dropout{number}")(x)
    x = _hidden(layers.Flatten(name="flatten")(x), scaled(512, width))
    return keras.Model(inputs, logits(layers.Dropout(0.25, name="dropout4")(x), num_classes))


def exercise_cnn(input_shape: tuple[int, int, int], num_classes: int, *, width: float = 1.0) -> keras.Model:
    """Two stages of 32 and 64, 256 hidden units on the flattened map (8x8 at 32x32), no dropout; 1,070,986 learned."""
    inputs = keras.Input(input_shape)
    x = _stage(inputs, scaled(32, width), "conv1")
    x = _stage(x, scaled(64, width), "conv2")
    x = _hidden(layers.Flatten(name="flatten")(x), scaled(256, width))
    return keras.Model(inputs, logits(x, num_classes))


def _stage(x: Any, channels: int, name: str, pool: bool = True) -> Any:
    x = normalized(convolution(x, channels, 3, use_bias=True, name=name), name)
    return layers.MaxPooling2D(2, name=f"{name}_pool")(x) if pool else x


def _hidden(x: Any, units: int) -> Any:
    return layers.Dense(units, "relu", kernel_initializer="he_normal", name="hidden")(x)


_FAMILY, _REFERENCES = "Article CNN", (CIFAR10, TINY_IMAGENET, IMAGENET)

ARCHITECTURES = {
    "article_cnn": Architecture(
        article_cnn, _FAMILY, depth=5, references=_REFERENCES, min_size=4,
        key_innovation="Three conv-BN-ReLU stages, averaged to 4x4, and a dropout MLP head",
    ),
    "simple_cnn": Architecture(
        simple_cnn, _FAMILY, depth=5, references=_REFERENCES, min_size=8,
        key_innovation="Three conv-BN-ReLU-maxpool stages, dropout 0.25 everywhere, a 512-unit head",
    ),
    "exercise_cnn": Architecture(
        exercise_cnn, _FAMILY, depth=4, references=_REFERENCES, min_size=4,
        key_innovation="Two conv-BN-ReLU-maxpool stages and a 256-unit head",
    ),
}  # fmt: skip
