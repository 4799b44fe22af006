"""ConvNeXt: Liu et al., "A ConvNet for the 2020s", arXiv:2201.03545, Figure 4 and Table 9."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import Architecture, ArchitectureError, Form, small_form
from suite.models.blocks.layers import LayerScale, convolution, depthwise, increasing, residual, scaled
from suite.models.blocks.transformer import feed_forward, layer_norm, narrow
from suite.models.heads import logits

EXPANSION = 4


def convnext(
    blocks: tuple[int, ...],
    channels: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    kernel: int = 7,
    layer_scale: float = 1e-6,
    drop_path: float = 0.0,
    activation: Literal["gelu", "relu", "silu"] = "gelu",
    form: Form = "auto",
) -> keras.Model:
    """Patch stem, four stages of depthwise blocks, patches between them, mean, classes.

    Parameters at 224x224 with 1000 classes: tiny 28,589,128, small 50,223,688, base 88,591,464; at 32x32x3 with 10
    classes: 27,825,802, 49,460,362, 87,574,026.

    Small images (below 96 pixels, or form=small): no form is widely used; here the stem is a 3x3 convolution of stride
    1, so that 32x32 ends in a 4x4 map. Strides cut off what is left of odd maps, as keras.applications' do; with
    form=large images must have 32 pixels.

    kernel: odd side of the depthwise filters (section 2.5 compares 3 to 11). layer_scale: what the learned gain at the
    end of a block begins with; 0 leaves the gains out. drop_path: stochastic depth's rate at the last block, from 0 at
    the first; the authors train tiny, small and base with 0.1, 0.4 and 0.5. `width` scales channels. Initialisation:
    normal of 0.02, biases 0. Depth counts blocks.
    """
    if kernel < 1 or kernel % 2 == 0:
        raise ArchitectureError(f"kernel is the odd side of the depthwise filters, not {kernel}")
    rates = iter(increasing(drop_path, sum(blocks)))
    inputs = keras.Input(input_shape)
    x = layer_norm(_stem(inputs, scaled(channels[0], width), small_form(form, input_shape)), "stem_norm")
    for stage, (count, wide) in enumerate(zip(blocks, channels, strict=True), start=1):
        if stage > 1:
            x = layer_norm(x, f"stage{stage}_down_norm")
            x = _patches(x, scaled(wide, width), 2, f"stage{stage}_down")
        for number in range(1, count + 1):
            x = _block(x, kernel, layer_scale, activation, next(rates), f"stage{stage}_block{number}")
    x = layer_norm(layers.GlobalAveragePooling2D(name="mean")(x), "head")
    return keras.Model(inputs, logits(x, num_classes, narrow()))


def _stem(x: Any, channels: int, small: bool) -> Any:
    if small:
        return convolution(x, channels, 3, name="stem", use_bias=True, initializer=narrow())
    return _patches(x, channels, 4, "stem")


def _patches(x: Any, channels: int, side: int, name: str) -> Any:
    return layers.Conv2D(channels, side, side, kernel_initializer=narrow(), name=name)(x)


def _block(x: Any, kernel: int, layer_scale: float, activation: str, rate: float, name: str) -> Any:
    y = depthwise(x, kernel, name=f"{name}_depthwise", use_bias=True, initializer=narrow())
    y = feed_forward(layer_norm(y, f"{name}_norm"), EXPANSION * x.shape[-1], name, activation)
    if layer_scale:
        y = LayerScale(layer_scale, name=f"{name}_scale")(y)
    return residual(x, y, name, rate)


_INNOVATION = "ResNet modernised step by step: patch stem, 7x7 depthwise, LayerNorm, GELU, inverted bottleneck"


def _variant(blocks: tuple[int, ...], channels: tuple[int, ...]) -> Architecture:
    builder = partial(convnext, blocks, channels)
    return Architecture(builder, "ConvNeXt", year=2022, depth=sum(blocks), key_innovation=_INNOVATION)


CONFIGURATIONS = {
    "convnext_tiny": ((3, 3, 9, 3), (96, 192, 384, 768)),
    "convnext_small": ((3, 3, 27, 3), (96, 192, 384, 768)),
    "convnext_base": ((3, 3, 27, 3), (128, 256, 512, 1024)),
}
"""Blocks and channels of the stages."""

ARCHITECTURES = {name: _variant(blocks, channels) for name, (blocks, channels) in CONFIGURATIONS.items()}
