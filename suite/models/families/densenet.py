"""DenseNet for ImageNet: Huang, Liu, van der Maaten, Weinberger, "Densely Connected Convolutional Networks",
arXiv:1608.06993, Table 1 (the BC nets: bottlenecks and compression).
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
from keras import layers

from suite.models.architecture import Architecture, ArchitectureError, Form, small_form
from suite.models.blocks.layers import convolution, dropped, normalized, scaled, stem_pool
from suite.models.heads import logits

BOTTLENECK = 4
"""The 1x1 convolution of a dense layer has this many times the channels that the layer adds."""


def densenet(
    blocks: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    growth_rate: int = 32,
    compression: float = 0.5,
    dropout: float = 0.0,
    form: Form = "auto",
) -> keras.Model:
    """`blocks`: dense layers of each of the four dense blocks (here stages; a dense layer is a block).

    7,978,856 learned parameters for DenseNet-121, 14,149,480 for -169 and 20,013,928 for -201 at 224x224 with 1000
    classes. growth_rate: channels that a dense layer adds; the stem has twice as many. compression: share of the
    channels that a transition keeps. dropout: after every convolution but the stem's (the paper's 0.2 on CIFAR without
    augmentation). Small images (below 96 pixels, or form=small): a 3x3 stem of stride 1 without normalization and pool,
    as kuangliu/pytorch-cifar has it: 6,956,298 for DenseNet-121, 12,493,322 and 18,104,330 for the others at 32x32x3
    with 10 classes. Initialisation: He et al., arXiv:1502.01852. Deviation: pools of small images round up, so that
    28x28 digits pass too. `width` scales the growth rate, and with it every channel.
    """
    if growth_rate < 1:
        raise ArchitectureError(
            f"growth_rate counts the channels that a dense layer adds: at least 1, not {growth_rate}"
        )
    small = small_form(form, input_shape)
    growth = scaled(growth_rate, width)
    inputs = keras.Input(input_shape)
    x = _stem(inputs, 2 * growth, small)
    for stage, count in enumerate(blocks, start=1):
        if stage > 1:
            x = transition(x, compression, dropout, f"stage{stage - 1}", "same" if small else "valid")
        x = dense_block(x, count, growth, dropout, f"stage{stage}")
    x = normalized(x, "head")
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def _stem(x: Any, channels: int, small: bool) -> Any:
    if small:
        return convolution(x, channels, 3, name="stem")  # the first dense layer begins with a normalization
    x = normalized(convolution(x, channels, 7, 2, name="stem"), "stem")
    return stem_pool(x)


def dense_block(x: Any, count: int, growth: int, dropout: float, name: str) -> Any:
    """`count` dense layers: each adds `growth` channels to all that came before."""
    for number in range(1, count + 1):
        new = _dense_layer(x, growth, dropout, f"{name}_block{number}")
        x = layers.Concatenate(name=f"{name}_block{number}_concat")([x, new])
    return x


def _dense_layer(x: Any, growth: int, dropout: float, name: str) -> Any:
    """Normalization and ReLU come first: each layer scales the shared maps in its own way."""
    x = convolution(normalized(x, f"{name}_in"), BOTTLENECK * growth, 1, name=f"{name}_conv1")
    x = normalized(dropped(x, dropout, f"{name}_conv1_dropout"), f"{name}_conv1")
    return dropped(convolution(x, growth, 3, name=f"{name}_conv2"), dropout, f"{name}_conv2_dropout")


def transition(
    x: Any, compression: float, dropout: float, name: str, padding: Literal["same", "valid"] = "valid"
) -> Any:
    """Between two dense blocks: fewer channels, half the map."""
    if not 0 < compression <= 1:
        raise ArchitectureError(f"compression is the share of channels kept: above 0 and at most 1, not {compression}")
    kept = max(1, int(x.shape[-1] * compression))
    x = convolution(normalized(x, f"{name}_transition_in"), kept, 1, name=f"{name}_transition")
    x = dropped(x, dropout, f"{name}_transition_dropout")
    return layers.AveragePooling2D(2, padding=padding, name=f"{name}_pool")(x)


CONFIGURATIONS = {
    "densenet121": (6, 12, 24, 16),
    "densenet169": (6, 12, 32, 32),
    "densenet201": (6, 12, 48, 32),
}


def _variant(blocks: tuple[int, ...]) -> Architecture:
    return Architecture(
        partial(densenet, blocks), "DenseNet", year=2016, depth=2 * sum(blocks) + 5,
        key_innovation="Every layer receives the concatenation of all earlier feature maps of its block",
    )  # fmt: skip


ARCHITECTURES = {name: _variant(blocks) for name, blocks in CONFIGURATIONS.items()}
