"""FourierMix (FMix): a part of each image, of a shape made of low frequencies, is that of another, and so much of its
targets; through keras-cv (`suite.training.pixels.keras_cv_masks`).

Each image has a mask and a share of its own, and its partner is the next image of the batch, whose order is random.
Where mixup or cutmix is on as well, an image has this where it is drawn. In training's figures the image counts for
the class that has more of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import MIXING, Transform
from suite.training.augment.mixup import symmetric_beta
from suite.training.recipe.part import Circumstances, Number

FIRST = 3
"""Of the draws, the first that is for the spectrum."""


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.keras_cv_masks import fourier, spectrum_width

    count, across = uniforms.shape[0], spectrum_width(batch.size[1])
    draws = ops.reshape(uniforms[:, FIRST : FIRST + 4 * across], (count, 2, across, 2))
    normals = 2.0**0.5 * ops.erfinv(ops.clip(2.0 * draws - 1.0, -1.0 + 1e-6, 1.0 - 1e-6))
    share = symmetric_beta(uniforms[:, 0], uniforms[:, 1], numbers["fourier_mix"])
    weight = fourier(share, normals, numbers["fourier_mix_decay"], batch.size)
    chosen = uniforms[:, 2] < numbers["fourier_mix_probability"]
    return batch.mixed(weight, ops.mean(weight, axis=(1, 2)), chosen)


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["fourier_mix_probability"] else "recipe.fourier_mix_probability=0 mixes no image"


PART = Transform(
    "fourier_mix",
    "A part of each image, of a smooth shape, is another's",
    numbers=(
        Number("fourier_mix", 0.0, "switched", "the share that stays is of Beta(it, it)", 0, 100, neutral=0.0),
        Number("fourier_mix_decay", 3.0, "structural", "how smooth the shapes are", 0, 10, needs="fourier_mix"),
        Number(
            "fourier_mix_probability", 1.0, "traced", "probability that an image is mixed so", 0, 1, needs="fourier_mix"
        ),
    ),
    source="Harris et al., arXiv:2002.12047",
    idle=_idle,
    apply=_apply,
    switch="fourier_mix",
    draws=FIRST + 6,
    draws_by_column=2,
    order=MIXING + 2,
    boxes=False,
    backends=("tensorflow",),
    compiles=False,
)
