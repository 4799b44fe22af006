"""GoogLeNet: Szegedy et al., "Going Deeper with Convolutions", arXiv:1409.4842.

Table 1 of the paper: a stem, then nine modules of parallel 1x1, 3x3 and 5x5 convolutions and a pool, 22 layers deep.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import adaptive_average_pooling, convolution, normalized, scaled
from suite.models.blocks.normalization import LocalResponseNormalization
from suite.models.heads import logits

MODULES = {  # stage: a row for each module, its channels as in Table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool
    3: ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    4: (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    5: ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
}
AUXILIARY = {(4, 1): "auxiliary1", (4, 4): "auxiliary2"}
"""The modules, 4a and 4d, that an auxiliary classifier reads."""


def googlenet(
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.4,
    auxiliary: bool = False,
    normalization: bool = False,
    form: Form = "auto",
) -> keras.Model:
    """6,998,552 parameters at 224x224 with 1000 classes, and 13,378,280 with auxiliary=True.

    auxiliary: with the paper's two further classifiers. The outputs are then a list of three logits, the net's own
        first; in training the losses of the others count 0.3 each, and predictions leave them out.
    normalization: batch normalization between each convolution, which then has no bias, and its ReLU, and no local
        response normalization; the paper has none (7,005,832).
    Small images (below 96 pixels, or form=small): one 3x3 stem of stride 1 with 192 channels, no local response
    normalization, two 3x3 convolutions for each 5x5, as kuangliu/pytorch-cifar has it: 6,150,442 at 32x32x3 with 10
    classes, and with normalization 6,158,346 (there 6,166,250, for its normalized convolutions keep their biases).
    Deviations: the paper leaves the constants of local response normalization and the initialisation open; here they
    are BVLC Caffe's, and He's (arXiv:1502.01852). Pools pad as TensorFlow's "same", which on even maps, as all are at
    224x224, is Caffe's rounding up. On maps that the auxiliary classifiers' 5x5 pool does not bring to 4x4, they
    average to 4x4, as torchvision does. `width` scales channels and hidden units.
    """
    small = small_form(form, input_shape)
    conv = partial(_conv, normalization)
    inputs = keras.Input(input_shape)
    x = conv(inputs, scaled(192, width), 3, "stem") if small else _stem(conv, not normalization, inputs, width)
    further = []
    for stage, modules in MODULES.items():
        if stage > 3:
            x = _pool(x, f"stage{stage}_pool")
        for number, channels in enumerate(modules, start=1):
            name = f"stage{stage}_block{number}"
            x = _inception(conv, small, x, [scaled(count, width) for count in channels], name)
            if auxiliary and (stage, number) in AUXILIARY:
                further.append(_auxiliary(conv, x, num_classes, width, AUXILIARY[stage, number]))
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    outputs = logits(layers.Dropout(dropout, name="dropout")(x), num_classes)
    return keras.Model(inputs, [outputs, *further] if further else outputs)


def _conv(normalize: bool, x: Any, filters: int, kernel: int, name: str, stride: int = 1) -> Any:
    x = convolution(x, filters, kernel, stride, name=name, use_bias=not normalize)
    return normalized(x, name) if normalize else layers.ReLU(name=f"{name}_relu")(x)


def _pool(x: Any, name: str) -> Any:
    return layers.MaxPooling2D(3, 2, "same", name=name)(x)


def _stem(conv: Any, responses: bool, x: Any, width: float) -> Any:
    """To an eighth of the image's size; `responses`: with local response normalization."""
    x = _pool(conv(x, scaled(64, width), 7, "stem_conv1", 2), "stem_pool1")
    if responses:
        x = _responses(x, "stem_lrn1")
    x = conv(x, scaled(64, width), 1, "stem_conv2_reduce")
    x = conv(x, scaled(192, width), 3, "stem_conv2")
    if responses:
        x = _responses(x, "stem_lrn2")
    return _pool(x, "stem_pool2")


def _responses(x: Any, name: str) -> Any:
    # Caffe divides alpha by the five channels that it sums over
    return LocalResponseNormalization(size=5, offset=1.0, alpha=1e-4 / 5, beta=0.75, name=name)(x)


def _inception(conv: Any, small: bool, x: Any, channels: Sequence[int], name: str) -> Any:
    """Figure 2b of the paper: four branches side by side."""
    one, three_reduce, three, five_reduce, five, project = channels
    ones = conv(x, one, 1, f"{name}_1x1")
    threes = conv(conv(x, three_reduce, 1, f"{name}_3x3_reduce"), three, 3, f"{name}_3x3")
    fives = conv(x, five_reduce, 1, f"{name}_5x5_reduce")
    if small:
        fives = conv(conv(fives, five, 3, f"{name}_5x5_conv1"), five, 3, f"{name}_5x5_conv2")
    else:
        fives = conv(fives, five, 5, f"{name}_5x5")
    pooled = layers.MaxPooling2D(3, 1, "same", name=f"{name}_pool")(x)
    pooled = conv(pooled, project, 1, f"{name}_pool_project")
    return layers.Concatenate(name=f"{name}_concat")([ones, threes, fives, pooled])


def _auxiliary(conv: Any, x: Any, num_classes: int, width: float, name: str) -> Any:
    """Logits from a map in the middle of the net, so that a gradient reaches the lower layers directly."""
    if all(14 <= side <= 16 for side in x.shape[1:3]):  # the paper's is 14x14
        x = layers.AveragePooling2D(5, 3, name=f"{name}_mean")(x)
    else:
        x = adaptive_average_pooling(x, 4, f"{name}_mean")
    x = layers.Flatten(name=f"{name}_flatten")(conv(x, scaled(128, width), 1, f"{name}_conv"))
    x = layers.Dense(scaled(1024, width), "relu", kernel_initializer="he_normal", name=f"{name}_fc")(x)
    x = layers.Dropout(0.7, name=f"{name}_dropout")(x)
    return logits(x, num_classes, name=f"{name}_logits")


ARCHITECTURES = {
    "googlenet": Architecture(
        googlenet, "GoogLeNet", year=2014, depth=22,
        key_innovation="Parallel 1x1, 3x3, 5x5 and pool branches, thinned by 1x1 convolutions",
    ),
}  # fmt: skip
