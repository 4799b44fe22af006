"""CutMix: a rectangle of each image is that of another, and so much of its targets.

The rectangle's sides, its centre and the share of the pixels that it really covers are those of the authors' code. Each
image has a rectangle of its own, the code draws one for a batch. Where mixup is on as well, an image has one or the
other: cutmix where it is drawn, as in DeiT's recipe (arXiv:2012.12877). In training's figures the image counts for the
class that has more of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import MIXING, Transform
from suite.training.augment.mixup import symmetric_beta
from suite.training.recipe.part import Circumstances, Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.batch import box, whole_below

    height, width = batch.size
    ratio = ops.sqrt(1.0 - symmetric_beta(uniforms[:, 0], uniforms[:, 1], numbers["cutmix"]))
    rows, columns = (ops.cast(size * ratio, "int32") // 2 for size in (height, width))  # halves of the sides
    top = whole_below(uniforms[:, 2], height) - rows
    left = whole_below(uniforms[:, 3], width) - columns
    weight = 1.0 - ops.cast(box(top, left, 2 * rows, 2 * columns, batch.size), "float32")
    chosen = uniforms[:, 4] < numbers["cutmix_probability"]
    return batch.mixed(weight, ops.mean(weight, axis=(1, 2)), chosen)


def _refuses(values: Mapping[str, Any]) -> str | None:
    if "mixup" in values and values["cutmix_probability"] == 1:
        return (
            f"recipe.mixup={values['mixup']:g} never acts where recipe.cutmix_probability=1 gives every image a "
            "rectangle: set recipe.cutmix_probability=0.5, or leave one of the two out"
        )
    return None


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["cutmix_probability"] else "recipe.cutmix_probability=0 gives no image a rectangle"


PART = Transform(
    "cutmix",
    "A rectangle of each image is another's",
    numbers=(
        Number("cutmix", 0.0, "switched", "the share that stays is of Beta(cutmix, cutmix)", 0, 100, neutral=0.0),
        Number("cutmix_probability", 1.0, "traced", "probability that an image gets a rectangle", 0, 1, needs="cutmix"),
    ),
    source="Yun et al., arXiv:1905.04899",
    idle=_idle,
    apply=_apply,
    switch="cutmix",
    refuses=_refuses,
    draws=5,
    order=MIXING + 1,
    boxes=False,
)
