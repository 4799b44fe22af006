"""TrivialAugment: each image goes through one operation of fourteen, by an amount that is drawn from its whole range.

Nothing is tuned. The wide ranges of the paper, 31 amounts of each; what comes in from outside of the image is the
training set's mean colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform, interpolation, is_bilinear
from suite.training.recipe.part import Number

LEVELS = 31


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.batch import whole_below
    from suite.training.pixels import operations

    wide = operations.Amounts(
        rotate=135.0, shear=0.99, factor=0.99, posterize=(8.0, 2.0), solarize=(255.0, 0.0), translate=32.0
    )
    which = whole_below(uniforms[:, 0], len(operations.FOURTEEN))
    strength = ops.cast(whole_below(uniforms[:, 1], LEVELS), "float32") / (LEVELS - 1)
    amount = wide.of(operations.FOURTEEN, which, strength, uniforms[:, 2] < 0.5, batch.size)
    return operations.act(batch, operations.FOURTEEN, which, amount, is_bilinear(numbers))


PART = Transform(
    "trivial_augment",
    "One operation of fourteen by any amount",
    numbers=(
        Number("trivial_augment", False, "structural", "each image goes through one operation", neutral=False),
        interpolation("trivial_augment"),
    ),
    source="Müller and Hutter, arXiv:2103.10158",
    apply=_apply,
    switch="trivial_augment",
    draws=3,
    order=PLACES + 6,
)
