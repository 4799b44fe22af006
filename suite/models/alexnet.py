"""AlexNet, one column: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", arXiv:1404.5997.

The single-column form (64-192-384-256-256 channels, no local response normalization) of the 2012 network of Krizhevsky,
Sutskever and Hinton. Three networks are called AlexNet: this one has 61,100,840 parameters, the two-GPU one of 2012
60,965,224, and the 2012 widths without groups 62,378,344.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from .architecture import Architecture, Form, small_form
from .layers import adaptive_average_pooling, logits, scaled


def alexnet(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.5,
    form: Form = "auto",
) -> keras.Model:
    """61,100,840 parameters at 224x224 with 1000 classes.

    Small images (below 96 pixels, or form=small): conv1 pads 5 instead of 2, pools are 2x2, the hidden dense layers are
    dropped and the averaged 256 channels go to the classes, as bearpaw/pytorch-classification has it on CIFAR:
    2,472,266 at 32x32x3 with 10 classes. Deviations: He's initialisation (arXiv:1502.01852) instead of N(0, 0.01) with
    biases of 1; pools of small images round up, so that 28x28 digits pass too. `width` scales channels and hidden
    units.
    """
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = layers.ZeroPadding2D(5 if small else 2, name="conv1_pad")(inputs)
    x = _pool(_conv(x, scaled(64, width), 11, "conv1", 4, "valid"), small, "pool1")
    x = _pool(_conv(x, scaled(192, width), 5, "conv2"), small, "pool2")
    x = _conv(x, scaled(384, width), 3, "conv3")
    x = _conv(x, scaled(256, width), 3, "conv4")
    x = _pool(_conv(x, scaled(256, width), 3, "conv5"), small, "pool5")
    if small:
        return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))
    x = layers.Flatten(name="flatten")(adaptive_average_pooling(x, 6, "mean"))
    for name in ("fc6", "fc7"):
        x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
        x = layers.Dense(scaled(4096, width), "relu", kernel_initializer="he_normal", name=name)(x)
    return keras.Model(inputs, logits(x, num_classes))


def _conv(x: Any, filters: int, kernel: int, name: str, stride: int = 1, padding: str = "same") -> Any:
    return layers.Conv2D(
        filters, kernel, stride, padding, activation="relu", kernel_initializer="he_normal", name=name
    )(x)  # fmt: skip


def _pool(x: Any, small: bool, name: str) -> Any:
    """Overlapping 3x3 pools on large images; 2x2 ones, rounded up, on small ones."""
    return layers.MaxPooling2D(2 if small else 3, 2, "same" if small else "valid", name=name)(x)


ARCHITECTURES = {
    "alexnet": Architecture(
        alexnet, "AlexNet", year=2012, depth=8,
        key_innovation="ReLU, dropout and heavy augmentation, trained on GPUs at ImageNet's scale",
    ),
}  # fmt: skip
