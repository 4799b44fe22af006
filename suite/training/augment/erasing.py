"""Random erasing: with some probability, a rectangle of random area and shape is erased.

The paper draws until a rectangle fits and fills it with random pixels; here a side is cut to the image instead, and the
rectangle takes the training set's mean colour (its variant "ImageNet mean value"), so that every image costs the same.
The shape is drawn on a logarithmic scale, as timm's code does it, by which DeiT trains: wide is as likely as high. The
paper's, from 0.3 to 3.3 evenly, makes three of four rectangles higher than wide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from suite.training.augment import ERASING, Transform
from suite.training.recipe.part import Number

LEAST_AREA, LEAST_RATIO = 0.02, 0.3
"""Of the image's area, and of height to width (up to the inverse): the paper's."""


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.batch import box

    height, width = batch.size
    area = (LEAST_AREA + uniforms[:, 1] * (numbers["erasing_area"] - LEAST_AREA)) * (height * width)
    ratio = ops.exp((2.0 * uniforms[:, 2] - 1.0) * math.log(1 / LEAST_RATIO))
    rows = _side(ops.sqrt(area * ratio), height)
    columns = _side(ops.sqrt(area / ratio), width)
    top = _corner(uniforms[:, 3], rows, height)
    left = _corner(uniforms[:, 4], columns, width)
    chosen = uniforms[:, 0] < numbers["erasing"]
    where = box(top, left, rows, columns, batch.size)
    return batch.erased(ops.logical_and(where, chosen[:, None, None]))


def _side(length: Any, size: int) -> Any:
    from keras import ops

    return ops.cast(ops.clip(ops.round(length), 1, size), "int32")


def _corner(uniform: Any, length: Any, size: int) -> Any:
    """A place at which the rectangle lies wholly within the image."""
    from suite.training.batch import whole_below

    return whole_below(uniform, size - length + 1)


PART = Transform(
    "erasing",
    "A random rectangle is erased",
    numbers=(
        Number("erasing", 0.0, "switched", "probability that an image loses a rectangle", 0, 1, neutral=0.0),
        Number(
            "erasing_area", 0.4, "traced", "the largest rectangle's share of the image", LEAST_AREA, 1, needs="erasing"
        ),
    ),
    source="Zhong et al., arXiv:1708.04896",
    apply=_apply,
    switch="erasing",
    draws=5,
    order=ERASING,
)
