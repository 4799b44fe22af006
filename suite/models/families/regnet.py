"""RegNet: Radosavovic, Kosaraju, Girshick, He, Dollar, "Designing Network Design Spaces", arXiv:2003.13678.

Section 3.3: a network is five numbers, from which the widths and depths of its stages follow. Y is X with gates.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import partial
from typing import Any

import keras
from keras import layers

from suite.models.architecture import Architecture, Form, small_form
from suite.models.blocks.layers import convolution, drop_path, linear_decay, normalized, scaled, squeeze_excite
from suite.models.heads import logits

STEM, SMALL_STEM = 32, 64
STRIDES, SMALL_STRIDES = (2, 2, 2, 2), (1, 1, 2, 2)


def stages(w0: int, wa: float, wm: float, depth: int, group: int, width: float = 1.0) -> list[tuple[int, int, int]]:
    """Channels, channels of a group, and blocks of each stage; equations 2 to 4 of the paper.

    Block j of `depth` would have w0 + wa * j channels. It gets the nearest power instead, w0 * wm**k with a whole k, to
    a multiple of 8; blocks of equal channels make a stage. Channels times `width` then go to the nearest multiple of
    `group`, halves to the even one: 392 is 24.5 groups of 16 and becomes 384, as in the authors' code (torchvision's
    X-400MF has 400, and so 5,495,976 parameters). Fewer channels than `group` are one group.
    """
    blocks: Counter[int] = Counter()
    for j in range(depth):
        power = round(math.log((w0 + wa * j) / w0, wm))
        blocks[8 * round(w0 * wm**power / 8)] += 1
    found = []
    for channels, count in blocks.items():
        wanted = scaled(channels, width)
        grouped = min(group, wanted)
        found.append((grouped * round(wanted / grouped), grouped, count))
    return found


def regnet(
    w0: int,
    wa: float,
    wm: float,
    depth: int,
    group: int,
    squeeze: float,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    drop_path: float = 0.0,
    form: Form = "auto",
) -> keras.Model:
    """Stem, the stages of the five numbers, average, classes; `squeeze` is the gates' share of a block's input, or 0.

    Learned parameters with 1000 classes at 224x224: X-400MF 5,157,512, X-4GF 22,118,248, Y-400MF 4,344,144, Y-4GF
    20,646,656. Small images (below 96 pixels, or form=small): a stem of 64 channels and stride 1, stages of stride 1,
    1, 2, 2, as kuangliu/pytorch-cifar has it: X-400MF 4,779,338, X-4GF 20,776,906, Y-400MF 3,912,330, Y-4GF 19,579,722
    at 32x32x3 with 10 classes (its "RegNetY_400MF", 5,714,362, is X-400MF with gates). Initialisation: He et al.,
    arXiv:1502.01852, by fan-in; the authors' is by fan-out. `width` scales channels. Architecture.depth counts
    convolutions of the main path and the dense layer, 3 for each block and 2; the paper counts blocks. drop_path:
    stochastic depth's rate at the last block, by its paper's linear rule (arXiv:1603.09382); RegNet's trains without.
    """
    small = small_form(form, input_shape)
    inputs = keras.Input(input_shape)
    x = convolution(inputs, scaled(SMALL_STEM if small else STEM, width), 3, 1 if small else 2, name="stem")
    x = normalized(x, "stem")
    strides = SMALL_STRIDES if small else STRIDES
    rows = stages(w0, wa, wm, depth, group, width)
    rates = iter(linear_decay(drop_path, sum(count for *_, count in rows)))
    for stage, (stride, row) in enumerate(zip(strides, rows, strict=True), start=1):
        channels, grouped, count = row
        for number in range(1, count + 1):
            name = f"stage{stage}_block{number}"
            x = _block(x, channels, channels // grouped, stride if number == 1 else 1, squeeze, next(rates), name)
    return keras.Model(inputs, logits(layers.GlobalAveragePooling2D(name="mean")(x), num_classes))


def _block(x: Any, channels: int, groups: int, stride: int, squeeze: float, rate: float, name: str) -> Any:
    """1x1, 3x3 in groups, gate, 1x1, all of the same width; a projection where the shape changes."""
    y = normalized(convolution(x, channels, 1, name=f"{name}_conv1"), f"{name}_conv1")
    y = convolution(y, channels, 3, stride, name=f"{name}_conv2", groups=groups)
    y = normalized(y, f"{name}_conv2")
    if squeeze:
        y = squeeze_excite(y, max(1, round(x.shape[-1] * squeeze)), name=f"{name}_se")
    y = normalized(convolution(y, channels, 1, name=f"{name}_conv3"), f"{name}_conv3", None)
    if stride != 1 or x.shape[-1] != channels:
        x = normalized(convolution(x, channels, 1, stride, name=f"{name}_project"), f"{name}_project", None)
    x = layers.Add(name=f"{name}_add")([drop_path(y, rate, f"{name}_drop_path"), x])
    return layers.ReLU(name=f"{name}_relu")(x)


VARIANTS = {
    # w0, wa, wm, depth, group, squeeze
    "regnetx_400mf": (24, 24.48, 2.54, 22, 16, 0.0),
    "regnetx_4gf": (96, 38.65, 2.43, 23, 40, 0.0),
    "regnety_400mf": (48, 27.89, 2.09, 16, 8, 0.25),
    "regnety_4gf": (96, 31.41, 2.24, 22, 64, 0.25),
}


def _variant(w0: int, wa: float, wm: float, depth: int, group: int, squeeze: float) -> Architecture:
    innovation = "Widths and depths follow a quantized linear rule found by analysing design spaces"
    builder = partial(regnet, w0, wa, wm, depth, group, squeeze)
    return Architecture(
        builder, "RegNet", year=2020, depth=3 * depth + 2, min_size=4,
        key_innovation=innovation + ("; Y adds gates" if squeeze else ""),
    )  # fmt: skip


ARCHITECTURES = {name: _variant(*numbers) for name, numbers in VARIANTS.items()}
