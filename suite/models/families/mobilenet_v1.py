"""MobileNet: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
arXiv:1704.04861, Table 1.
"""

from __future__ import annotations

from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import make_divisible, normalized, same_convolution, same_depthwise
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.heads import logits

STAGES = ((64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 6, 2), (1024, 2, 2))
"""Channels, blocks, stride of the first block."""

Activation = Literal["relu6", "relu"]


def mobilenet_v1(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.001,
    activation: Activation = "relu6",
    separable: bool = True,
    form: Form = "auto",
) -> keras.Model:
    """Stem and 13 blocks of a 3x3 depthwise and a 1x1 convolution; 4,231,976 learned parameters at 224x224 with 1000
    classes.

    `width` is the paper's alpha: every channel times alpha, rounded to a multiple of 8. separable=False puts one full
    3x3 convolution in the place of each block (Table 4: 29.3 M, here 29,294,088). Small images (below 96 pixels, or
    form=small): the stem has stride 1, so 32 pixels end as 2, as kuangliu/pytorch-cifar has it: 3,217,226 at 32x32x3
    with 10 classes. Padding is TensorFlow's "same". Deviations: ReLU6 where the paper says ReLU, and 0.1% dropout, both
    from the authors' code; initialisation by He et al., arXiv:1502.01852. keras.applications has the same net with
    another padding of odd maps; there is none if both sides divide by 32.
    """
    inputs = keras.Input(input_shape)
    stride = 1 if small_form(form, input_shape) else 2
    x = same_convolution(inputs, make_divisible(32 * width), 3, stride, name="stem")
    x = normalized(x, "stem", activation, SLIM_EPSILON)
    block = _separable if separable else _full
    for stage, (channels, count, first_stride) in enumerate(STAGES, start=1):
        for number in range(1, count + 1):
            stride = first_stride if number == 1 else 1
            x = block(x, make_divisible(channels * width), stride, activation, f"stage{stage}_block{number}")
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes))


def _separable(x: Any, channels: int, stride: int, activation: str, name: str) -> Any:
    x = same_depthwise(x, 3, stride, name=f"{name}_depthwise")
    x = normalized(x, f"{name}_depthwise", activation, SLIM_EPSILON)
    x = same_convolution(x, channels, 1, name=f"{name}_pointwise")
    return normalized(x, f"{name}_pointwise", activation, SLIM_EPSILON)


def _full(x: Any, channels: int, stride: int, activation: str, name: str) -> Any:
    x = same_convolution(x, channels, 3, stride, name=f"{name}_conv")
    return normalized(x, f"{name}_conv", activation, SLIM_EPSILON)


ARCHITECTURES = {
    "mobilenet_v1": Architecture(
        mobilenet_v1, "MobileNetV1", year=2017, min_size=16,
        depth=28,  # section 3.2: depthwise and pointwise convolutions count separately
        key_innovation="Depthwise separable convolutions with width and resolution multipliers",
    ),
}  # fmt: skip
