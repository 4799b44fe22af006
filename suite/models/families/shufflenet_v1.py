"""ShuffleNet: Zhang, Zhou, Lin, Sun, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile
Devices", arXiv:1707.01083, Table 1.
"""

from __future__ import annotations

from typing import Any, Literal

import keras
from keras import layers, ops

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import (
    convolution,
    depthwise,
    linear_decay,
    make_divisible,
    normalized,
    residual,
    stem_pool,
)
from suite.models.heads import logits

CHANNELS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
"""Of the first stage, by groups: chosen so that all cost about the same. Each later stage has twice as many."""

STEM = 24
UNITS = (4, 8, 4)

Groups = Literal[1, 2, 3, 4, 8]


def shufflenet_v1(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    groups: Groups = 3,
    shuffle: bool = True,
    drop_path: float = 0.0,
    form: Form = "auto",
) -> keras.Model:
    """1,865,728 learned parameters with 3 groups and 2,434,768 with 8 at 224x224 with 1000 classes.

    groups: of the 1x1 convolutions; the very first one has none, as its map has few channels. shuffle=False leaves out
    the shuffles (the paper's Table 3). Small images (below 96 pixels, or form=small): stem of stride 1 without pool, as
    in weiaicunzai/pytorch-cifar100: 914,338 at 32x32x3 with 10 classes, 1,000,828 with 100 (1,012,108 there, where
    convolutions have biases and the very first 1x1 has groups). The average pool of a halving unit counts the zeros
    around the map, as in the authors' code. Deviation: initialisation by He et al., arXiv:1502.01852. `width` is the
    paper's scale factor s: channels times s, rounded so that the groups divide them. drop_path: stochastic depth's rate
    at the last unit, by its paper's linear rule (arXiv:1603.09382), where units add; ShuffleNet's trains without.
    """
    rates = iter(linear_decay(drop_path, sum(UNITS)))
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = convolution(inputs, make_divisible(STEM * width, groups), 3, 1 if small else 2, name="stem")
    x = normalized(x, "stem")
    if not small:
        x = stem_pool(x)
    channels = make_divisible(CHANNELS[groups] * width, 4 * groups)  # a quarter of them is in groups too
    for stage, count in enumerate(UNITS, start=1):
        for number in range(1, count + 1):
            name = f"stage{stage}_block{number}"
            groups_in = 1 if stage == number == 1 else groups
            x = _unit(x, channels, 2 if number == 1 else 1, groups_in, groups, shuffle, next(rates), name)
        channels *= 2
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def _unit(
    x: Any, channels: int, stride: int, groups_in: int, groups: int, shuffle: bool, rate: float, name: str
) -> Any:
    """Figure 2 (b); (c) where the map is halved: the pooled input is joined to the new channels, not added."""
    new = channels if stride == 1 else channels - x.shape[-1]
    y = normalized(convolution(x, channels // 4, 1, name=f"{name}_conv1", groups=groups_in), f"{name}_conv1")
    if shuffle and groups > 1:
        y = ChannelShuffle(groups, name=f"{name}_shuffle")(y)
    y = normalized(depthwise(y, 3, stride, name=f"{name}_depthwise"), f"{name}_depthwise", None)
    y = normalized(convolution(y, new, 1, name=f"{name}_conv2", groups=groups), f"{name}_conv2", None)
    if stride == 1:
        y = residual(x, y, name, rate)
    else:
        x = layers.ZeroPadding2D(1, name=f"{name}_pool_pad")(x)
        x = layers.AveragePooling2D(3, stride, name=f"{name}_pool")(x)
        y = layers.Concatenate(name=f"{name}_concat")([x, y])
    return layers.ReLU(name=f"{name}_relu")(y)


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class ChannelShuffle(layers.Layer):
    """Deals the channels of each group out to all groups: the next grouped convolution sees every group."""

    def __init__(self, groups: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.groups = groups

    def call(self, inputs: Any) -> Any:
        height, width, channels = inputs.shape[1:]
        x = ops.reshape(inputs, (-1, height, width, self.groups, channels // self.groups))
        return ops.reshape(ops.swapaxes(x, 3, 4), (-1, height, width, channels))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups}


ARCHITECTURES = {
    "shufflenet_v1": Architecture(
        shufflenet_v1, "ShuffleNetV1", year=2017,
        depth=50,  # the paper gives none: stem, three convolutions in each of 16 units, dense layer
        key_innovation="Grouped pointwise convolutions with a channel shuffle between groups",
    ),
}  # fmt: skip
