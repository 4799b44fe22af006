"""ResNet for CIFAR-10 and its plain twin: He, Zhang, Ren, Sun, arXiv:1512.03385, section 4.2.

Three stages of 16, 32, 64 channels, n blocks of two 3x3 convolutions each, 6n + 2 weighted layers.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
from keras import layers, ops

from suite.models.architecture import CIFAR10, IMAGENET, TINY_IMAGENET, Architecture
from suite.models.blocks.drop_block import Dropping, Schedule, block_dropping
from suite.models.blocks.layers import convolution, drop_path, linear_decay, normalized, require_shortcuts, scaled
from suite.models.heads import logits

CHANNELS = (16, 32, 64)


def cifar_resnet(
    n: int,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    shortcut: Literal["A", "B"] = "A",
    skip: bool = True,
    drop_path: float = 0.0,
    drop_block: float = 0.0,
    block_size: int = 7,
    drop_block_schedule: Schedule = "linear",
) -> keras.Model:
    """`n` blocks per stage; 269,722 learned parameters for ResNet-20 at 32x32x3 with 10 classes.

    shortcut: where the shape changes, A keeps every second pixel and fills new channels with zeros (the paper's choice
    on CIFAR), B projects with a 1x1 convolution and batch normalization (272,474, chenyaofo/pytorch-cifar-models).
    skip=False leaves out all shortcuts: the plain net, which has the parameters of A. The same at every image size.
    Initialisation: He et al., arXiv:1502.01852. Deviation: the paper does not say where new channels go; they go last.
    `width` scales channels. drop_path: stochastic depth's rate at the last block, by the paper's linear rule
    (arXiv:1603.09382, which trains a ResNet-110 with 0.5). drop_block: the rate that DropBlock (arXiv:1810.12890) comes
    to in the last stage, a quarter of it in the one before, behind every normalization and shortcut, in squares of
    block_size pixels; the papers' maps were larger.
    """
    require_shortcuts(skip, drop_path)
    rates = iter(linear_decay(drop_path, len(CHANNELS) * n))
    inputs = keras.Input(input_shape)
    x = normalized(convolution(inputs, scaled(CHANNELS[0], width), 3, name="stem"), "stem")
    for stage, channels in enumerate(CHANNELS, start=1):
        drop = block_dropping(drop_block, block_size, drop_block_schedule, stage, len(CHANNELS))
        for number in range(1, n + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            name = f"stage{stage}_block{number}"
            x = _block(x, scaled(channels, width), stride, shortcut if skip else None, next(rates), drop, name)
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def plain(n: int, input_shape: tuple[int, int, int], num_classes: int, *, width: float = 1.0) -> keras.Model:
    """The net without shortcuts, under its own name; it has the parameters of the residual one (with shortcut A).
    `width` scales channels."""
    return cifar_resnet(n, input_shape, num_classes, width=width, skip=False)


def _block(x: Any, channels: int, stride: int, shortcut: str | None, rate: float, drop: Dropping, name: str) -> Any:
    y = normalized(convolution(x, channels, 3, stride, name=f"{name}_conv1"), f"{name}_conv1")
    y = convolution(drop(y, f"{name}_conv1"), channels, 3, name=f"{name}_conv2")
    y = drop(normalized(y, f"{name}_conv2", None), f"{name}_conv2")
    if shortcut:
        x = drop(_shortcut(x, channels, stride, shortcut, name), f"{name}_shortcut")
        y = layers.Add(name=f"{name}_add")([drop_path(y, rate, f"{name}_drop_path"), x])
    return layers.ReLU(name=f"{name}_relu")(y)


def _shortcut(x: Any, channels: int, stride: int, option: str, name: str) -> Any:
    if stride == 1 and x.shape[-1] == channels:
        return x
    if option == "A":
        return SubsampledIdentity(channels, stride, name=f"{name}_identity")(x)
    return normalized(convolution(x, channels, 1, stride, name=f"{name}_project"), f"{name}_project", None)


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class SubsampledIdentity(layers.Layer):
    """Option A: every `strides`-th pixel, and zeros for channels that the input does not have; no parameters."""

    def __init__(self, channels: int, strides: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channels, self.strides = channels, strides

    def call(self, inputs: Any) -> Any:
        missing = self.channels - inputs.shape[-1]
        return ops.pad(inputs[:, :: self.strides, :: self.strides], [(0, 0), (0, 0), (0, 0), (0, missing)])

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sides, _ = input_shape
        return (batch, *(side and -(-side // self.strides) for side in sides), self.channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "channels": self.channels, "strides": self.strides}


def _variant(builder: Any, n: int, innovation: str) -> Architecture:
    return Architecture(
        partial(builder, n), "CIFAR ResNet", year=2015, depth=6 * n + 2, key_innovation=innovation,
        references=(CIFAR10, TINY_IMAGENET, IMAGENET), min_size=4,
    )  # fmt: skip


_BLOCKS = (1, 3, 5, 7, 9, 18)  # 1 is not in the paper: the same formula, for a quick look on a few cores
_RESIDUAL = "Three stages of 16, 32, 64 channels, shortcuts without parameters"
_PLAIN = "The same net without shortcuts: shows the degradation problem"

ARCHITECTURES = {
    **{f"resnet{6 * n + 2}": _variant(cifar_resnet, n, _RESIDUAL) for n in _BLOCKS},
    **{f"plain{6 * n + 2}": _variant(plain, n, _PLAIN) for n in _BLOCKS},
}
