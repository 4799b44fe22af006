"""Sharpness: the differences from the smoothed image times a factor, which is drawn from a range around 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform, either_way
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from suite.training.pixels.colour import sharpened

    factor = 1.0 + numbers["sharpness"] * either_way(uniforms[:, 0])
    return batch.recoloured(lambda images: sharpened(images, factor))


PART = Transform(
    "sharpness",
    "Sharper or smoother",
    numbers=(
        Number("sharpness", 0.0, "switched", "how far the factor goes from 1, either way", 0, 1, neutral=0.0),
    ),
    source="Cubuk et al., arXiv:1805.09501",
    apply=_apply,
    switch="sharpness",
    draws=1,
)  # fmt: skip
