"""AlexNet, in two columns: Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural
Networks", NeurIPS 2012; and in one: Krizhevsky, "One weird trick for parallelizing convolutional neural networks",
arXiv:1404.5997.

Three networks are called AlexNet: the single-column form without local response normalization (`alexnet`, 64-192-384-
256-256 channels) has 61,100,840 parameters, the two-GPU one of 2012 (`alexnet_grouped`) 60,965,224, and the 2012 widths
without groups 62,378,344.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from suite.models.architecture import CIFAR10, TINY_IMAGENET, Architecture, Form, small_form
from suite.models.blocks.grouped_convolution import conv2d
from suite.models.blocks.layers import adaptive_average_pooling, scaled
from suite.models.blocks.normalization import LocalResponseNormalization
from suite.models.heads import logits


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
    biases of 1; pools of small images round up, so that 28x28 digits pass too; large images of other sizes are averaged
    to 6x6 before the dense layers, as in torchvision. `width` scales channels and hidden units.
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


def alexnet_grouped(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.5,
    lrn: bool = True,
    form: Form = "auto",
) -> keras.Model:
    """Figure 2 of the 2012 paper: 60,965,224 parameters at 227x227 with 1000 classes; lrn=False leaves out section 3.3.

    conv2, conv4 and conv5 see the maps of their own GPU only: two groups. The paper says 224 pixels, but its 55x55 maps
    need 227, so images get up to 3 rows and columns of zeros until the stride of 4 comes out even: 224 becomes 227.
    Responses are normalized over all maps of a layer, both GPUs together, as the formula reads and as Caffe does.
    Small images (below 96 pixels, or form=small): as `alexnet`; 2,336,650 at 32x32x3 with 10 classes.
    Deviations: He's initialisation (arXiv:1502.01852) instead of N(0, 0.01) with biases of 1; pools of small images
    round up; large images of other sizes are averaged to 6x6. `width` scales channels and hidden units.
    """

    def both(kernels: int) -> int:
        """Channels of the two GPUs, from the kernels of one."""
        return 2 * scaled(kernels, width)

    def respond(x: Any, name: str) -> Any:
        return LocalResponseNormalization(name=name)(x) if lrn else x

    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    missing = [(11 - side) % 4 for side in input_shape[:2]]
    padding = 5 if small else tuple((total // 2, total - total // 2) for total in missing)
    x = layers.ZeroPadding2D(padding, name="conv1_pad")(inputs)
    x = _pool(respond(_conv(x, both(48), 11, "conv1", 4, "valid"), "norm1"), small, "pool1")
    x = _pool(respond(_conv(x, both(128), 5, "conv2", groups=2), "norm2"), small, "pool2")
    x = _conv(x, both(192), 3, "conv3")
    x = _conv(x, both(192), 3, "conv4", groups=2)
    x = _pool(_conv(x, both(128), 3, "conv5", groups=2), small, "pool5")
    if small:
        return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))
    x = layers.Flatten(name="flatten")(adaptive_average_pooling(x, 6, "mean"))
    for name in ("fc6", "fc7"):  # the paper drops outputs of these layers, the one-column net their inputs
        x = layers.Dense(scaled(4096, width), "relu", kernel_initializer="he_normal", name=name)(x)
        x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
    return keras.Model(inputs, logits(x, num_classes))


def _conv(x: Any, filters: int, kernel: int, name: str, stride: int = 1, padding: str = "same", groups: int = 1) -> Any:
    return conv2d(
        filters, kernel, stride, padding, groups=groups, activation="relu", kernel_initializer="he_normal", name=name
    )(x)  # fmt: skip


def _pool(x: Any, small: bool, name: str) -> Any:
    """Overlapping 3x3 pools on large images; 2x2 ones, rounded up, on small ones."""
    return layers.MaxPooling2D(2 if small else 3, 2, "same" if small else "valid", name=name)(x)


ARCHITECTURES = {
    "alexnet": Architecture(
        alexnet, "AlexNet", year=2012, depth=8,
        key_innovation="ReLU, dropout and heavy augmentation, trained on GPUs at ImageNet's scale",
    ),
    "alexnet_grouped": Architecture(
        alexnet_grouped, "AlexNet", year=2012, depth=8,
        key_innovation="ReLU, dropout and heavy augmentation, trained on two GPUs at ImageNet's scale",
        references=(((227, 227, 3), 1000), CIFAR10, TINY_IMAGENET),
    ),
}  # fmt: skip
