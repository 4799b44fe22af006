"""Mixup: each image is a weighted mean of two, and so are its targets.

Each image has a weight of its own (the paper draws one for a batch, which it calls a matter of speed). Its partner is
the next image of the batch, whose order is random. In training's figures the image counts for the heavier one's class.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from suite.training.augment import MIXING, Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    share = symmetric_beta(uniforms[:, 0], uniforms[:, 1], numbers["mixup"])
    return batch.mixed(share[:, None, None], share, share >= 0)


def symmetric_beta(first: Any, second: Any, alpha: Any) -> Any:
    """Draws from Beta(alpha, alpha), float32 (n,), from two uniform numbers each; nothing is rejected.

    L. Devroye, Random variate generation in one line of code, 1996, section 3: Bailey's polar method gives a Student
    variate T of 2 alpha degrees of freedom, and (1 + T / sqrt(2 alpha + T ** 2)) / 2 has this distribution.
    """
    from keras import ops

    exponent = -ops.log(ops.maximum(first, 1e-30)) / alpha
    radius = ops.expm1(ops.minimum(exponent, 60.0))  # beyond it the draw is 0 or 1 in float32
    cosine = ops.cos(2 * math.pi * second)
    square = radius * cosine * cosine
    return 0.5 + 0.5 * ops.sign(cosine) * ops.sqrt(square / (1.0 + square))


PART = Transform(
    "mixup",
    "Each image is mixed with another one",
    numbers=(
        Number("mixup", 0.0, "switched", "images' weights are of Beta(mixup, mixup)", 0, 100, neutral=0.0),
    ),
    source="Zhang et al., arXiv:1710.09412",
    apply=_apply,
    switch="mixup",
    draws=2,
    order=MIXING,
    boxes=False,
)  # fmt: skip
