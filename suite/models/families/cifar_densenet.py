"""DenseNet-BC for CIFAR: Huang, Liu, van der Maaten, Weinberger, arXiv:1608.06993, sections 3 and 4.2.

Three dense blocks of n bottleneck layers that add k channels each, 6n + 4 weighted layers.
"""

from __future__ import annotations

from functools import partial

import keras
from keras import layers

from suite.models.architecture import CIFAR10, IMAGENET, TINY_IMAGENET, Architecture
from suite.models.blocks.layers import convolution, normalized, scaled
from suite.models.families.densenet import dense_block, transition
from suite.models.heads import logits

STAGES = 3


def cifar_densenet(
    n: int,
    growth_rate: int,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    compression: float = 0.5,
    dropout: float = 0.0,
) -> keras.Model:
    """`n` layers per dense block, `growth_rate` channels each.

    769,162 learned parameters for L=100, k=12 and 25,624,430 for L=190, k=40 at 32x32x3 with 10 classes; 1,108,732 and
    27,793,520 at 224x224 with 1000. compression: share of the channels that a transition keeps. dropout: after every
    convolution but the first; the paper trains with 0.2 where there is no augmentation. The same at every image size.
    Initialisation: He et al., arXiv:1502.01852. `width` scales the growth rate, and with it every channel.
    """
    growth = scaled(growth_rate, width)
    inputs = keras.Input(input_shape)
    x = convolution(inputs, 2 * growth, 3, name="stem")
    for stage in range(1, STAGES + 1):
        if stage > 1:
            x = transition(x, compression, dropout, f"stage{stage - 1}")
        x = dense_block(x, n, growth, dropout, f"stage{stage}")
    x = normalized(x, "head")
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def _variant(depth: int, growth_rate: int, innovation: str) -> Architecture:
    return Architecture(
        partial(cifar_densenet, (depth - 4) // 6, growth_rate), "CIFAR DenseNet", year=2016, depth=depth,
        key_innovation=innovation, references=(CIFAR10, TINY_IMAGENET, IMAGENET), min_size=4,
    )  # fmt: skip


ARCHITECTURES = {
    "densenet_bc_100_12": _variant(100, 12, "Three dense blocks of 16 bottleneck layers, half the channels between"),
    "densenet_bc_190_40": _variant(190, 40, "Three dense blocks of 31 bottleneck layers, 40 channels a layer"),
}
