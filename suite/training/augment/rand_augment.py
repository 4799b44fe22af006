"""RandAugment: each image goes through some operations of fourteen, one after the other, all by the same strength.

Which operations, and which way those go that have two, is drawn for each image. The paper has 31 strengths, 0 to 30;
here those in between serve, too. Amounts are as torchvision reads them, and every operation that is drawn acts, as in
the paper, unless a recipe says otherwise. What comes in from outside of the image is the training set's mean colour.
Values are changed as the image lies, before all moves: a colour operation never sees what an earlier move brought in,
and so counts and stretches the image's own values alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform, interpolation, is_bilinear
from suite.training.recipe.part import Circumstances, Number

MOST = 5
STRONGEST = 30.0


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.batch import whole_below
    from suite.training.pixels import operations

    names, strength = operations.FOURTEEN, numbers["rand_augment_magnitude"] / STRONGEST
    for layer in range(numbers["rand_augment"]):
        which, way = whole_below(uniforms[:, 2 * layer], len(names)), uniforms[:, 2 * layer + 1]
        acts = ops.mod(2.0 * way, 1.0) < numbers["rand_augment_probability"]  # whichever half of its range it lies in
        which = ops.where(acts, which, names.index("identity"))
        amount = operations.USUAL.of(names, which, strength, way < 0.5, batch.size)
        batch = operations.act(batch, names, which, amount, is_bilinear(numbers))
    return batch


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["rand_augment_probability"] else "recipe.rand_augment_probability=0 changes no image"


PART = Transform(
    "rand_augment",
    "Some operations of fourteen by one strength",
    numbers=(
        Number("rand_augment", 0, "structural", "operations that each image goes through", 0, MOST, neutral=0),
        Number(
            "rand_augment_magnitude", 9.0, "traced", "their strength", 0, STRONGEST, needs="rand_augment", tried=(3, 20)
        ),
        Number(
            "rand_augment_probability", 1.0, "traced", "with which each of them acts; timm's is 0.5", 0, 1,
            neutral=1.0, needs="rand_augment",
        ),
        interpolation("rand_augment"),
    ),
    source="Cubuk et al., arXiv:1909.13719",
    idle=_idle,
    apply=_apply,
    switch="rand_augment",
    draws=2 * MOST,
    order=PLACES + 6,
)  # fmt: skip
