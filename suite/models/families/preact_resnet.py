"""Pre-activation ResNet: He, Zhang, Ren, Sun, "Identity Mappings in Deep Residual Networks", arXiv:1603.05027.

Figure 4 (e) of the paper: normalization and ReLU come before each convolution, so that nothing but additions lies on
the path of the shortcuts.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from keras import layers

from suite.models.architecture import CIFAR10, IMAGENET, TINY_IMAGENET, Architecture, Form, small_form
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


def preact_resnet(
    blocks: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    skip: bool = True,
    final_norm: bool = False,
    drop_path: float = 0.0,
    drop_block: float = 0.0,
    block_size: int = 7,
    drop_block_schedule: Schedule = "linear",
    form: Form = "auto",
) -> keras.Model:
    """`blocks` of two 3x3 convolutions per stage; 11,171,146 learned parameters for depth 18 at 32x32x3, 10 classes.

    As kuangliu/pytorch-cifar has it: a 3x3 stem of stride 1 without normalization on small images (below 96 pixels, or
    form=small); shortcuts that change shape are 1x1 projections of the activated maps, without normalization.
    Deviations from the paper, both kuangliu's: no normalization and ReLU after the last addition (final_norm=True adds
    them: 11,172,170), and the first block's shortcut takes the stem's maps before they are activated. Large images: a
    7x7 stem of stride 2 and a 3x3 pool padded with zeros, as keras.applications' ResNetV2 (zeros can win there, because
    the maps are signed); 11,686,696 at 224x224 with 1000 classes. skip=False leaves out every shortcut, with its
    projection. Initialisation: He et al., arXiv:1502.01852. `width` scales channels. drop_path: stochastic depth's rate
    at the last block, by the paper's linear rule (arXiv:1603.09382). drop_block: the rate that DropBlock
    (arXiv:1810.12890) comes to in the last stage, a quarter of it in the one before, between the convolutions of a
    block, behind the second, and on the shortcut; its paper has no such net.
    """
    require_shortcuts(skip, drop_path)
    rates = iter(linear_decay(drop_path, sum(blocks)))
    inputs = keras.Input(input_shape)
    x = _stem(inputs, scaled(CHANNELS[0], width), small_form(form, input_shape))
    for stage, (count, channels) in enumerate(zip(blocks, CHANNELS, strict=True), start=1):
        drop = block_dropping(drop_block, block_size, drop_block_schedule, stage, len(CHANNELS))
        for number in range(1, count + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            x = _block(x, scaled(channels, width), stride, skip, next(rates), drop, f"stage{stage}_block{number}")
    if final_norm:
        x = normalized(x, "head")
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def _stem(x: Any, channels: int, small: bool) -> Any:
    if small:
        return convolution(x, channels, 3, name="stem")
    x = convolution(x, channels, 7, 2, name="stem")
    return stem_pool(x)


def _block(x: Any, channels: int, stride: int, skip: bool, rate: float, drop: Dropping, name: str) -> Any:
    activated = normalized(x, f"{name}_pre1")
    y = convolution(activated, channels, 3, stride, name=f"{name}_conv1")
    y = drop(normalized(y, f"{name}_pre2"), f"{name}_conv1")
    y = drop(convolution(y, channels, 3, name=f"{name}_conv2"), f"{name}_conv2")
    if not skip:
        return y
    if stride != 1 or x.shape[-1] != channels:
        x = convolution(activated, channels, 1, stride, name=f"{name}_project")
    x = drop(x, f"{name}_shortcut")
    return layers.Add(name=f"{name}_add")([drop_path(y, rate, f"{name}_drop_path"), x])


ARCHITECTURES = {
    "preact_resnet18": Architecture(
        partial(preact_resnet, (2, 2, 2, 2)), "PreActResNet", year=2016, depth=18,
        key_innovation="Normalization and ReLU before each convolution, so that shortcuts are pure identities",
        references=(CIFAR10, TINY_IMAGENET, IMAGENET),
    ),
}  # fmt: skip
