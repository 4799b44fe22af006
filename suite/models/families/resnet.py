"""ResNet for ImageNet: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", arXiv:1512.03385, Table
1.

Convolutions have no bias, shortcuts that change shape are 1x1 projections (option B of the paper); 25,557,032 learned
parameters for ResNet-50 at 224x224 with 1000 classes. Small images (below 96 pixels, or form=small): a 3x3 stem of
stride 1 without pool, as kuangliu/pytorch-cifar has it: 11,173,962 for ResNet-18 and 23,520,842 for ResNet-50 at
32x32x3 with 10 classes. skip=False leaves out every shortcut, with its projection: the paper's plain nets.
Initialisation: He et al., arXiv:1502.01852. `width` scales channels.

drop_path: stochastic depth's rate at the last block, by the paper's linear rule (arXiv:1603.09382); "ResNet strikes
back" (arXiv:2110.00476) trains ResNet-50 with 0.05. drop_block: the rate that DropBlock (arXiv:1810.12890) comes to in
the last stage, a quarter of it in the one before, behind every normalization and shortcut of a block; the paper trains
ResNet-50 with 0.1 and squares of 7 pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.drop_block import Dropping, Schedule, block_dropping
from suite.models.blocks.layers import (
    convolution,
    drop_path,
    linear_decay,
    normalized,
    require_shortcuts,
    scaled,
    stem_pool,
)
from suite.models.heads import logits

CHANNELS = (64, 128, 256, 512)
EXPANSION = 4
"""A bottleneck's last convolution has this many times the channels of its 3x3 one."""


def basic_resnet(
    blocks: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    skip: bool = True,
    drop_path: float = 0.0,
    drop_block: float = 0.0,
    block_size: int = 7,
    drop_block_schedule: Schedule = "linear",
    form: Form = "auto",
) -> keras.Model:
    """`blocks` of two 3x3 convolutions per stage (ResNet-18, -34)."""
    dropping = partial(block_dropping, drop_block, block_size, drop_block_schedule)
    return _resnet(_basic, 1, blocks, input_shape, num_classes, dropping, width, skip, drop_path, form)


def bottleneck_resnet(
    blocks: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    skip: bool = True,
    drop_path: float = 0.0,
    drop_block: float = 0.0,
    block_size: int = 7,
    drop_block_schedule: Schedule = "linear",
    form: Form = "auto",
    stride_in: Literal["3x3", "1x1"] = "3x3",
) -> keras.Model:
    """`blocks` of 1x1, 3x3, 1x1 convolutions per stage (ResNet-50, -101, -152).

    stride_in: which convolution of a stage's first block halves the map. The paper's is the first 1x1 (3.86 G
    multiply-adds for ResNet-50); torchvision's, and the default here, is the 3x3 (4.09 G; 0.5 points better, "v1.5").
    """
    block = partial(_bottleneck, stride_in)
    dropping = partial(block_dropping, drop_block, block_size, drop_block_schedule)
    return _resnet(block, EXPANSION, blocks, input_shape, num_classes, dropping, width, skip, drop_path, form)


def _resnet(
    block: Any,
    expansion: int,
    blocks: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    dropping: Callable[[int, int], Dropping],
    width: float,
    skip: bool,
    last_rate: float,
    form: Form,
) -> keras.Model:
    """Stem, four stages, average, classes."""
    require_shortcuts(skip, last_rate)
    rates = iter(linear_decay(last_rate, sum(blocks)))
    inputs = keras.Input(input_shape)
    x = _stem(inputs, scaled(CHANNELS[0], width), small_form(form, input_shape))
    for stage, (count, channels) in enumerate(zip(blocks, CHANNELS, strict=True), start=1):
        drop = dropping(stage, len(CHANNELS))
        for number in range(1, count + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            name, rate = f"stage{stage}_block{number}", next(rates)
            y, out = block(x, scaled(channels, width), stride, drop, name), scaled(channels, width) * expansion
            if skip:
                shortcut = drop(_shortcut(x, out, stride, name), f"{name}_shortcut")
                y = layers.Add(name=f"{name}_add")([drop_path(y, rate, f"{name}_drop_path"), shortcut])
            x = layers.ReLU(name=f"{name}_relu")(y)
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def _stem(x: Any, channels: int, small: bool) -> Any:
    if small:
        return normalized(convolution(x, channels, 3, name="stem"), "stem")
    x = normalized(convolution(x, channels, 7, 2, name="stem"), "stem")
    return stem_pool(x)


def _basic(x: Any, channels: int, stride: int, drop: Dropping, name: str) -> Any:
    x = normalized(convolution(x, channels, 3, stride, name=f"{name}_conv1"), f"{name}_conv1")
    x = convolution(drop(x, f"{name}_conv1"), channels, 3, name=f"{name}_conv2")
    return drop(normalized(x, f"{name}_conv2", activation=None), f"{name}_conv2")


def _bottleneck(stride_in: str, x: Any, channels: int, stride: int, drop: Dropping, name: str) -> Any:
    first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
    x = normalized(convolution(x, channels, 1, first, name=f"{name}_conv1"), f"{name}_conv1")
    x = convolution(drop(x, f"{name}_conv1"), channels, 3, second, name=f"{name}_conv2")
    x = drop(normalized(x, f"{name}_conv2"), f"{name}_conv2")
    x = convolution(x, channels * EXPANSION, 1, name=f"{name}_conv3")
    return drop(normalized(x, f"{name}_conv3", activation=None), f"{name}_conv3")


def _shortcut(x: Any, channels: int, stride: int, name: str) -> Any:
    """The identity, or option B's projection where the shape changes."""
    if stride == 1 and x.shape[-1] == channels:
        return x
    return normalized(convolution(x, channels, 1, stride, name=f"{name}_project"), f"{name}_project", activation=None)


def _variant(builder: Any, depth: int, blocks: tuple[int, ...]) -> Architecture:
    innovation = "Identity shortcuts, so that blocks learn residuals"
    if builder is bottleneck_resnet:
        innovation += "; bottleneck blocks"
    return Architecture(partial(builder, blocks), "ResNet", year=2015, depth=depth, key_innovation=innovation)


ARCHITECTURES = {
    "resnet18": _variant(basic_resnet, 18, (2, 2, 2, 2)),
    "resnet34": _variant(basic_resnet, 34, (3, 4, 6, 3)),
    "resnet50": _variant(bottleneck_resnet, 50, (3, 4, 6, 3)),
    "resnet101": _variant(bottleneck_resnet, 101, (3, 4, 23, 3)),
    "resnet152": _variant(bottleneck_resnet, 152, (3, 8, 36, 3)),
}
