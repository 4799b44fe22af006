"""Shear about the middle: rows move along each other, then columns, by slopes drawn from a range around 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform, either_way, interpolation, is_bilinear
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from suite.training.pixels.affine import sheared

    slopes = numbers["shear"] * either_way(uniforms)
    none = 0.0 * slopes[:, 0]
    return batch.turned(sheared(slopes[:, 0], none)).turned(sheared(none, slopes[:, 1]), is_bilinear(numbers))


PART = Transform(
    "shear",
    "Sheared",
    numbers=(
        Number("shear", 0.0, "switched", "the largest slope, either way", 0, 1, neutral=0.0),
        interpolation("shear"),
    ),
    source="Simard et al. 2003, Best practices for CNNs",
    apply=_apply,
    switch="shear",
    draws=2,
    order=PLACES + 5,
)  # fmt: skip
