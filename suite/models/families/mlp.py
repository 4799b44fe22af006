"""A multilayer perceptron: the baseline without any spatial prior."""

from __future__ import annotations

import keras
from keras import layers

from suite.models.architecture import CIFAR10, IMAGENET, TINY_IMAGENET, Architecture
from suite.models.blocks.layers import scaled
from suite.models.heads import logits


def mlp(input_shape: tuple[int, int, int], num_classes: int, *, width: float = 1.0) -> keras.Model:
    """3072-256-128-10 on CIFAR-10: two hidden layers of ReLU on the flattened pixels; 820,874 parameters.

    The exercise that it comes from compares it with a small CNN and names neither dropout nor normalization: it has
    none. Only the first layer depends on the image's size. `width` scales the hidden layers. Initialisation: He et al.,
    arXiv:1502.01852.
    """
    inputs = keras.Input(input_shape)
    x = layers.Flatten(name="flatten")(inputs)
    for number, units in enumerate((256, 128), start=1):
        x = layers.Dense(
            scaled(units, width), "relu", kernel_initializer="he_normal", name=f"hidden{number}"
        )(x)  # fmt: skip
    return keras.Model(inputs, logits(x, num_classes))


ARCHITECTURES = {
    "mlp": Architecture(
        mlp, "MLP", depth=3, references=(CIFAR10, TINY_IMAGENET, IMAGENET), min_size=1,
        key_innovation="Fully connected baseline without any spatial prior",
    ),
}  # fmt: skip
