"""NASNet-A: Zoph, Vasudevan, Shlens, Le, "Learning Transferable Architectures for Scalable Image Recognition",
arXiv:1707.07012.

Figure 4 of the paper: a normal and a reduction cell, found by search on CIFAR-10 and stacked; Figure 2: how.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import keras
from keras import layers

from suite.models.architecture import CIFAR10, IMAGENET, TINY_IMAGENET, Architecture, Form, Reference, small_form
from suite.models.blocks.layers import convolution, drop_path, increasing, normalized, scaled, separable
from suite.models.blocks.normalization import SLIM_EPSILON
from suite.models.heads import logits


class Plan(NamedTuple):
    """NASNet-A (`cells` @ `penultimate`).

    cells: normal cells of each of the three stages.
    penultimate: channels of the last map; a cell of the last stage has a sixth of them per branch.
    stem: channels of the first convolution.
    skip_reduction: whether the cell after a reduction reads, beside it, what the reduction read beside its own input.
    """

    cells: int
    penultimate: int
    stem: int
    skip_reduction: bool


MOBILE = Plan(4, 1056, 32, skip_reduction=False)
LARGE = Plan(6, 4032, 96, skip_reduction=True)
CIFAR = Plan(6, 768, 96, skip_reduction=False)


def nasnet(
    plan: Plan,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.0,
    drop_path: float = 0.0,
    form: Form = "auto",
) -> keras.Model:
    """Cells of the plan; at 224x224 with 1000 classes 5,289,978 learned parameters (mobile) and 88,753,150 (large).

    The large one was made for 331x331. Small images (below 96 pixels, or form=small): the paper's CIFAR net, NASNet-A
    (6 @ 768), whatever the plan: a 3x3 stem of stride 1 with 96 channels and no reduction before the first stage,
    3,328,234 at 32x32x3 with 10 classes. Deviations: no auxiliary classifier, as in keras.applications; in the CIFAR
    net the first cell projects the stem, its second input, like every other cell, and normalization has the epsilon
    of the ImageNet nets. drop_path: probability of dropping a branch in the last cell, growing linearly from 0 with
    the cells but not, as the paper has it, with the steps too; the authors' code has 0.4 on CIFAR, 0 for mobile, 0.3
    for large, and before the logits a dropout of 0.5 on ImageNet. Initialisation: He et al., arXiv:1502.01852. Depth
    counts the longest path, a separable convolution once. `width` scales channels, those of the cells in steps of a
    quarter of the first stage's.
    """
    small = small_form(form, input_shape)
    plan = CIFAR if small else plan
    unit = scaled(plan.penultimate // 96, width)  # all filters are multiples, so that those to be halved are even
    total = 3 * plan.cells + (2 if small else 4)
    rates = iter(increasing(drop_path, total))
    inputs = keras.Input(input_shape)
    x = before = _stem(inputs, scaled(plan.stem, width), small)
    if not small:
        x, before = _reduction(x, x, unit, next(rates), "stem_block1"), x
        beside = _adjusted(before, x, 2 * unit, "stem_block2")
        x, before = _reduction(x, beside, 2 * unit, next(rates), "stem_block2"), x
    for stage, filters in enumerate((4 * unit, 8 * unit, 16 * unit), start=1):
        for number in range(1, plan.cells + (1 if stage == 1 else 2)):
            name = f"stage{stage}_block{number}"
            reduces = stage > 1 and number == 1
            cell = _reduction if reduces else _normal
            y = cell(x, _adjusted(before, x, filters, name), filters, next(rates), name)
            if not (reduces and plan.skip_reduction):
                before = x
            x = y
    x = layers.GlobalAveragePooling2D(name="mean")(layers.ReLU(name="head_relu")(x))
    return keras.Model(inputs, logits(layers.Dropout(dropout, name="dropout")(x), num_classes))


def _stem(x: Any, channels: int, small: bool) -> Any:
    """No activation: every cell begins with one."""
    stride, padding = (1, "same") if small else (2, "valid")
    x = layers.Conv2D(
        channels, 3, stride, padding, use_bias=False, kernel_initializer="he_normal", name="stem"
    )(x)  # fmt: skip
    return normalized(x, "stem", activation=None, epsilon=SLIM_EPSILON)


def _normal(x: Any, beside: Any, filters: int, rate: float, name: str) -> Any:
    """Five sums of two branches each, and `beside`, the output of the cell before the last: six times `filters`."""
    h = _squeezed(x, filters, name)

    def conv(source: Any, kernel: int, branch: str) -> Any:
        return _separable(source, filters, kernel, 1, rate, f"{name}_{branch}")

    def mean(source: Any, branch: str) -> Any:
        return _mean(source, rate, f"{name}_{branch}")

    pairs = [
        (conv(h, 5, "left1"), conv(beside, 3, "right1")),
        (conv(beside, 5, "left2"), conv(beside, 3, "right2")),
        (mean(h, "left3"), beside),
        (mean(beside, "left4"), mean(beside, "right4")),
        (conv(h, 3, "left5"), h),
    ]
    sums = [layers.Add(name=f"{name}_add{number}")(list(pair)) for number, pair in enumerate(pairs, start=1)]
    return layers.Concatenate(name=f"{name}_concat")([beside, *sums])


def _reduction(x: Any, beside: Any, filters: int, rate: float, name: str) -> Any:
    """Five sums of two branches each, the first read by others only: four times `filters` on half the map."""
    h = _squeezed(x, filters, name)
    rows, columns = h.shape[1:3]
    # the pools see this border of zeros: h has negative values, and their means count it
    padded = layers.ZeroPadding2D(((rows % 2, 1), (columns % 2, 1)), name=f"{name}_pad")(h)
    largest = layers.MaxPooling2D(3, 2, name=f"{name}_max")(padded)
    mean = layers.AveragePooling2D(3, 2, name=f"{name}_mean")(padded)

    def conv(source: Any, kernel: int, branch: str, stride: int = 2) -> Any:
        return _separable(source, filters, kernel, stride, rate, f"{name}_{branch}")

    def dropped(branch_output: Any, branch: str) -> Any:
        return drop_path(branch_output, rate, f"{name}_{branch}_drop")

    def add(number: int, left: Any, right: Any) -> Any:
        return layers.Add(name=f"{name}_add{number}")([left, right])

    first = add(1, conv(h, 5, "left1"), conv(beside, 7, "right1"))
    second = add(2, dropped(largest, "left2"), conv(beside, 7, "right2"))
    third = add(3, dropped(mean, "left3"), conv(beside, 5, "right3"))
    fourth = add(4, second, _mean(first, rate, f"{name}_left4"))
    fifth = add(5, conv(first, 3, "left5", stride=1), dropped(largest, "right5"))
    return layers.Concatenate(name=f"{name}_concat")([second, third, fourth, fifth])


def _squeezed(x: Any, filters: int, name: str) -> Any:
    x = convolution(layers.ReLU(name=f"{name}_relu")(x), filters, 1, name=f"{name}_squeeze")
    return normalized(x, f"{name}_squeeze", activation=None, epsilon=SLIM_EPSILON)


def _adjusted(before: Any, x: Any, filters: int, name: str) -> Any:
    """The output of the cell before the last, with the size of `x`, the last one's, and `filters` channels."""
    halves = before.shape[1:3] != x.shape[1:3]
    if not halves and before.shape[-1] == filters:
        return before
    y = layers.ReLU(name=f"{name}_adjust_relu")(before)
    if halves:  # every second pixel, and those one further down and to the right
        shifted = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"{name}_adjust_pad")(y)
        shifted = layers.Cropping2D(((1, 0), (1, 0)), name=f"{name}_adjust_crop")(shifted)
        even = convolution(y, filters // 2, 1, 2, name=f"{name}_adjust_even")
        odd = convolution(shifted, filters // 2, 1, 2, name=f"{name}_adjust_odd")
        y = layers.Concatenate(name=f"{name}_adjust_concat")([even, odd])
    else:
        y = convolution(y, filters, 1, name=f"{name}_adjust")
    return normalized(y, f"{name}_adjust", activation=None, epsilon=SLIM_EPSILON)


def _separable(x: Any, filters: int, kernel: int, stride: int, rate: float, name: str) -> Any:
    """ReLU, separable convolution, batch normalization, twice; the first time with the stride."""
    for number, step in ((1, stride), (2, 1)):
        x = layers.ReLU(name=f"{name}_relu{number}")(x)
        x = separable(x, filters, kernel, step, name=f"{name}_conv{number}")
        x = normalized(x, f"{name}_conv{number}", activation=None, epsilon=SLIM_EPSILON)
    return drop_path(x, rate, f"{name}_drop")


def _mean(x: Any, rate: float, name: str) -> Any:
    return drop_path(layers.AveragePooling2D(3, 1, "same", name=f"{name}_mean")(x), rate, f"{name}_drop")


def _variant(plan: Plan, depth: int, reference: Reference) -> Architecture:
    return Architecture(
        partial(nasnet, plan), "NASNet", year=2017, depth=depth,
        key_innovation="Cells found by search on CIFAR-10, stacked for ImageNet",
        references=(reference, CIFAR10, TINY_IMAGENET),
    )  # fmt: skip


ARCHITECTURES = {
    "nasnet_mobile": _variant(MOBILE, 58, IMAGENET),
    "nasnet_large": _variant(LARGE, 76, ((331, 331, 3), 1000)),
}
