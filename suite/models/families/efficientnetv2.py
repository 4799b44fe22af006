"""EfficientNetV2: Tan & Le, "EfficientNetV2: Smaller Models and Faster Training", arXiv:2104.00298.

Table 4 of the paper: the early stages fuse the expansion and the depthwise convolution into one 3x3 convolution, which
accelerators run faster than the two.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, NamedTuple

import keras
from keras import layers

from suite.models.architecture import CIFAR10, TINY_IMAGENET, Architecture, Form, small_form
from suite.models.blocks.layers import increasing, make_divisible, normalized, same_convolution
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.families.efficientnet import CLASSES, CONVOLUTIONS, mbconv, shortcut
from suite.models.heads import logits


class Stage(NamedTuple):
    """A row of Table 4; kernels are 3x3, the stride is of the first block."""

    fused: bool
    expansion: int
    stride: int
    channels: int
    blocks: int

    @property
    def layers_per_block(self) -> int:
        """Weighted layers of a block's main path."""
        return 3 if not self.fused else 1 if self.expansion == 1 else 2


def efficientnetv2(
    stages: tuple[Stage, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.2,
    drop_path: float = 0.2,
    activation: Literal["silu", "relu"] = "silu",
    form: Form = "auto",
) -> keras.Model:
    """21,458,488 learned parameters for S with 1000 classes, at any size; tested at 384 pixels, trained at 128 to 300.

    Small images (below 96 pixels, or form=small): the stem's stride is 1, as in EfficientNet's usual form on CIFAR; no
    small form of this network is accepted. S at 32x32x3 with 10 classes: 20,190,298. Initialisation: as EfficientNet.
    Deviations: rates of drop_path grow from 0 to the full rate, the authors' stop one block short of it; moving
    averages keep 0.9 of a step, the paper's 0.99; progressive resizing is left to the recipe. `width` scales channels,
    to multiples of 8. Architecture.depth leaves out the gates' convolutions; the paper gives no count.
    """
    rates = iter(increasing(drop_path, sum(stage.blocks for stage in stages)))
    inputs = keras.Input(input_shape)
    stem_stride = 1 if small_form(form, input_shape) else 2
    x = same_convolution(
        inputs, make_divisible(stages[0].channels * width), 3, stem_stride, name="stem", initializer=CONVOLUTIONS
    )
    x = normalized(x, "stem", activation, SLIM_EPSILON)
    for position, stage in enumerate(stages, start=1):
        block: Any = fused_mbconv if stage.fused else mbconv
        for number in range(1, stage.blocks + 1):
            x = block(
                x, make_divisible(stage.channels * width), stage.stride if number == 1 else 1, stage.expansion,
                rate=next(rates), activation=activation, name=f"stage{position}_block{number}",
            )  # fmt: skip
    x = same_convolution(x, make_divisible(1280 * width), 1, name="head", initializer=CONVOLUTIONS)
    x = layers.GlobalAveragePooling2D(name="mean")(normalized(x, "head", activation, SLIM_EPSILON))
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes, CLASSES))


def fused_mbconv(x: Any, channels: int, stride: int, expansion: int, *, rate: float, activation: str, name: str) -> Any:
    """A 3x3 convolution that expands, and a 1x1 one that projects; without expansion one 3x3 does all. No gate."""
    if expansion == 1:
        y = same_convolution(x, channels, 3, stride, name=f"{name}_project", initializer=CONVOLUTIONS)
        return shortcut(x, normalized(y, f"{name}_project", activation, SLIM_EPSILON), stride, rate, name)
    y = same_convolution(x, x.shape[-1] * expansion, 3, stride, name=f"{name}_expand", initializer=CONVOLUTIONS)
    y = normalized(y, f"{name}_expand", activation, SLIM_EPSILON)
    y = same_convolution(y, channels, 1, name=f"{name}_project", initializer=CONVOLUTIONS)
    return shortcut(x, normalized(y, f"{name}_project", None, SLIM_EPSILON), stride, rate, name)


STAGES = {
    "efficientnetv2_s": (
        Stage(True, 1, 1, 24, 2),
        Stage(True, 4, 2, 48, 4),
        Stage(True, 4, 2, 64, 4),
        Stage(False, 4, 2, 128, 6),
        Stage(False, 6, 1, 160, 9),
        Stage(False, 6, 2, 256, 15),
    ),
}


def _variant(stages: tuple[Stage, ...], resolution: int) -> Architecture:
    return Architecture(
        partial(efficientnetv2, stages), "EfficientNetV2", year=2021,
        depth=3 + sum(stage.blocks * stage.layers_per_block for stage in stages),
        key_innovation="Early stages with fused blocks, found by a search that counts training time",
        references=(((resolution, resolution, 3), 1000), CIFAR10, TINY_IMAGENET), min_size=16,
    )  # fmt: skip


ARCHITECTURES = {"efficientnetv2_s": _variant(STAGES["efficientnetv2_s"], 384)}
