"""VGG: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", arXiv:1409.1556.

Table 1 of the paper: stages of 3x3 convolutions, each ended by a 2x2 pool, then dense 4096, 4096, classes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import adaptive_average_pooling, convolution, normalized, scaled
from suite.models.heads import logits

CHANNELS = (64, 128, 256, 512, 512)


def vgg(
    convolutions: tuple[int, ...],
    normalize: bool,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.5,
    form: Form = "auto",
) -> keras.Model:
    """`convolutions` per stage, columns A, B, D, E of Table 1; 138,357,544 parameters for VGG-16 at 224x224, 1000
    classes.

    The `_bn` variants put batch normalization between each convolution (which keeps its bias) and its ReLU, as
    torchvision does; the paper has none. Small images (below 96 pixels, or form=small): the dense 4096s are dropped,
    and the 512 channels of the last map, averaged where it is more than one pixel, go to the classes: 14,728,266 for
    vgg16_bn and 14,719,818 for vgg16 at 32x32x3 with 10 classes (kuangliu/pytorch-cifar). Deviations: He's
    initialisation (arXiv:1502.01852) instead of starting from a trained shallower net; pools of small images round up,
    so that 28x28 digits pass too; large images of other sizes are averaged to 7x7 before the dense layers, as in
    torchvision, where the paper slides them over the map. `width` scales channels and hidden units.
    """
    small = small_form(form, input_shape)
    inputs = x = keras.Input(input_shape)
    for stage, (count, channels) in enumerate(zip(convolutions, CHANNELS, strict=True), start=1):
        for number in range(1, count + 1):
            x = _layer(x, scaled(channels, width), f"conv{stage}_{number}", normalize)
        x = layers.MaxPooling2D(2, padding="same" if small else "valid", name=f"pool{stage}")(x)
    if small:
        return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))
    x = layers.Flatten(name="flatten")(adaptive_average_pooling(x, 7, "mean"))
    for name in ("fc6", "fc7"):
        x = layers.Dense(scaled(4096, width), "relu", kernel_initializer="he_normal", name=name)(x)
        x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
    return keras.Model(inputs, logits(x, num_classes))


def _layer(x: Any, channels: int, name: str, normalize: bool) -> Any:
    x = convolution(x, channels, 3, use_bias=True, name=name)
    return normalized(x, name) if normalize else layers.ReLU(name=f"{name}_relu")(x)


CONFIGURATIONS = {
    "vgg11": (1, 1, 2, 2, 2),  # A
    "vgg13": (2, 2, 2, 2, 2),  # B
    "vgg16": (2, 2, 3, 3, 3),  # D
    "vgg19": (2, 2, 4, 4, 4),  # E
}


def _variant(convolutions: tuple[int, ...], normalize: bool) -> Architecture:
    innovation = "Only 3x3 convolutions, depth grown to 19 layers" + (", with batch normalization" if normalize else "")
    builder = partial(vgg, convolutions, normalize)
    return Architecture(builder, "VGG", year=2014, depth=sum(convolutions) + 3, key_innovation=innovation)


ARCHITECTURES = {
    name + suffix: _variant(convolutions, normalize)
    for suffix, normalize in (("", False), ("_bn", True))
    for name, convolutions in CONFIGURATIONS.items()
}
