"""ShuffleNetV2: Ma, Zhang, Zheng, Sun, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
arXiv:1807.11164, Table 5 (1x).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import convolution, depthwise, normalized, scaled, stem_pool
from suite.models.families.shufflenet_v1 import ChannelShuffle
from suite.models.heads import logits

STEM, HALF, HEAD = 24, 58, 1024
"""Channels. HALF: of one of the two branches of the first stage; each later stage has twice as many."""

UNITS = (4, 8, 4)


def shufflenet_v2(
    input_shape: tuple[int, int, int], num_classes: int, *, width: float = 1.0, form: Form = "auto"
) -> keras.Model:
    """2,278,604 learned parameters at 224x224 with 1000 classes.

    Both branches of a halving unit give half of its channels, as in the paper and torchvision (in the authors' code one
    keeps the channels of its input, which differs in the first stage). Small images (below 96 pixels, or form=small):
    stem of stride 1 without pool, as kuangliu/pytorch-cifar has it: 1,263,854 at 32x32x3 with 10 classes.
    Initialisation: He et al., arXiv:1502.01852. `width` scales channels; the paper's own 0.5x, 1.5x and 2x nets have
    other, near channels (first stage 48, 176, 244 where these have 58, 174, 232; head 1024, 1024, 2048).
    """
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = normalized(convolution(inputs, scaled(STEM, width), 3, 1 if small else 2, name="stem"), "stem")
    if not small:
        x = stem_pool(x)
    half = scaled(HALF, width)
    for stage, count in enumerate(UNITS, start=1):
        for number in range(1, count + 1):
            name = f"stage{stage}_block{number}"
            x = _halving_unit(x, half, name) if number == 1 else _unit(x, half, name)
        half *= 2
    x = normalized(convolution(x, scaled(HEAD, width), 1, name="head"), "head")
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def _unit(x: Any, half: int, name: str) -> Any:
    """Figure 3 (c): one half of the channels passes as it is."""
    kept, changed = ChannelSplit(name=f"{name}_split")(x)
    return _joined(kept, _branch(changed, half, 1, name), name)


def _halving_unit(x: Any, half: int, name: str) -> Any:
    """Figure 3 (d): both branches read all channels."""
    y = depthwise(x, 3, 2, name=f"{name}_shortcut_depthwise")
    y = normalized(y, f"{name}_shortcut_depthwise", None)
    y = normalized(convolution(y, half, 1, name=f"{name}_shortcut"), f"{name}_shortcut")
    return _joined(y, _branch(x, half, 2, name), name)


def _branch(x: Any, channels: int, stride: int, name: str) -> Any:
    x = normalized(convolution(x, channels, 1, name=f"{name}_conv1"), f"{name}_conv1")
    x = depthwise(x, 3, stride, name=f"{name}_depthwise")
    x = normalized(x, f"{name}_depthwise", None)
    return normalized(convolution(x, channels, 1, name=f"{name}_conv2"), f"{name}_conv2")


def _joined(first: Any, second: Any, name: str) -> Any:
    """Both branches side by side, shuffled, so that the next split mixes them."""
    x = layers.Concatenate(name=f"{name}_concat")([first, second])
    return ChannelShuffle(2, name=f"{name}_shuffle")(x)


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class ChannelSplit(layers.Layer):
    """The first and the second half of the channels."""

    def call(self, inputs: Any) -> tuple[Any, Any]:
        half = inputs.shape[-1] // 2
        return inputs[..., :half], inputs[..., half:]

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
        *sides, channels = input_shape
        return (*sides, channels // 2), (*sides, channels - channels // 2)


ARCHITECTURES = {
    "shufflenet_v2": Architecture(
        shufflenet_v2, "ShuffleNetV2", year=2018,
        depth=51,  # the paper gives none: stem, three convolutions in each of 16 units, head, dense layer
        key_innovation="Channel split units designed for memory access cost instead of multiply-adds",
    ),
}  # fmt: skip
