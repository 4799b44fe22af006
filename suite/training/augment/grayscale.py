"""Grayscale: with some probability an image loses its colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform
from suite.training.recipe.part import Circumstances, Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.colour import saturated

    kept = ops.cast(uniforms[:, 0] >= numbers["grayscale"], "float32")
    return batch.recoloured(lambda images: saturated(images, kept))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if circumstances.channels == 3 else "it changes nothing, for these images have no colour"


PART = Transform(
    "grayscale",
    "Without colour",
    numbers=(
        Number("grayscale", 0.0, "switched", "probability that an image becomes gray", 0, 1, neutral=0.0),
    ),
    source="Chen et al., arXiv:2002.05709, appendix A",
    idle=_idle,
    apply=_apply,
    switch="grayscale",
    draws=1,
)  # fmt: skip
