"""AutoAugment: each image goes through one of 25 pairs of operations that a search found for CIFAR-10 or for ImageNet.

The published policies: each operation of a pair acts with its own probability, by its own amount of ten. Amounts are as
torchvision reads them. What comes in from outside of the image is the training set's mean colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform, interpolation, is_bilinear
from suite.training.recipe.part import Number

POLICIES = {
    "cifar10": """
        invert 0.1, contrast 0.2 6
        rotate 0.7 2, translate_x 0.3 9
        sharpness 0.8 1, sharpness 0.9 3
        shear_y 0.5 8, translate_y 0.7 9
        autocontrast 0.5, equalize 0.9
        shear_y 0.2 7, posterize 0.3 7
        color 0.4 3, brightness 0.6 7
        sharpness 0.3 9, brightness 0.7 9
        equalize 0.6, equalize 0.5
        contrast 0.6 7, sharpness 0.6 5
        color 0.7 7, translate_x 0.5 8
        equalize 0.3, autocontrast 0.4
        translate_y 0.4 3, sharpness 0.2 6
        brightness 0.9 6, color 0.2 8
        solarize 0.5 2, invert 0.0
        equalize 0.2, autocontrast 0.6
        equalize 0.2, equalize 0.6
        color 0.9 9, equalize 0.6
        autocontrast 0.8, solarize 0.2 8
        brightness 0.1 3, color 0.7 0
        solarize 0.4 5, autocontrast 0.9
        translate_y 0.9 9, translate_y 0.7 9
        autocontrast 0.9, solarize 0.8 3
        equalize 0.8, invert 0.1
        translate_y 0.7 9, autocontrast 0.9
    """,
    "imagenet": """
        posterize 0.4 8, rotate 0.6 9
        solarize 0.6 5, autocontrast 0.6
        equalize 0.8, equalize 0.6
        posterize 0.6 7, posterize 0.6 6
        equalize 0.4, solarize 0.2 4
        equalize 0.4, rotate 0.8 8
        solarize 0.6 3, equalize 0.6
        posterize 0.8 5, equalize 1.0
        rotate 0.2 3, solarize 0.6 8
        equalize 0.6, posterize 0.4 6
        rotate 0.8 8, color 0.4 0
        rotate 0.4 9, equalize 0.6
        equalize 0.0, equalize 0.8
        invert 0.6, equalize 1.0
        color 0.6 4, contrast 1.0 8
        rotate 0.8 8, color 1.0 2
        color 0.8 8, solarize 0.8 7
        sharpness 0.4 7, invert 0.6
        shear_x 0.6 5, equalize 1.0
        color 0.4 0, equalize 0.6
        equalize 0.4, solarize 0.2 4
        solarize 0.6 5, autocontrast 0.6
        invert 0.6, equalize 1.0
        color 0.6 4, contrast 1.0 8
        equalize 0.8, equalize 0.6
    """,
}
"""Of each operation its name, its probability and, where it has one, its amount from 0 to 9: arXiv:1805.09501, the
appendix."""

Pair = tuple[tuple[str, float, int], ...]


def pairs(policy: str) -> list[Pair]:
    """The policy's pairs of (name, probability, amount), 0 where an operation has none."""
    lines = [line.split(",") for line in POLICIES[policy].strip().splitlines()]
    words = [[part.split() for part in line] for line in lines]
    return [tuple((name, float(share), int(*level)) for name, share, *level in line) for line in words]


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.batch import whole_below
    from suite.training.pixels import operations

    found = pairs(numbers["auto_augment"])
    pair = whole_below(uniforms[:, 0], len(found))
    for place in (0, 1):
        steps = [line[place] for line in found]
        names = ("identity", *sorted({name for name, _, _ in steps}))
        index, shares, strengths = (
            ops.take(ops.convert_to_tensor(column, kind), pair)
            for column, kind in (
                ([names.index(name) for name, _, _ in steps], "int32"),
                ([share for _, share, _ in steps], "float32"),
                ([level / 9 for _, _, level in steps], "float32"),
            )
        )
        which = ops.where(uniforms[:, 1 + place] < shares, index, 0)
        amount = operations.USUAL.of(names, which, strengths, uniforms[:, 3 + place] < 0.5, batch.size)
        batch = operations.act(batch, names, which, amount, is_bilinear(numbers))
    return batch


PART = Transform(
    "auto_augment",
    "Pairs of operations that a search found",
    numbers=(
        Number(
            "auto_augment", "none", "structural", "whose: none, cifar10 or imagenet",
            neutral="none", choices=("none", *POLICIES),
        ),
        interpolation("auto_augment"),
    ),
    source="Cubuk et al., arXiv:1805.09501",
    apply=_apply,
    switch="auto_augment",
    draws=5,
    order=PLACES + 6,
)  # fmt: skip
