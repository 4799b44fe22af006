"""Rotation about the middle, by an angle that is drawn from a range around 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform, either_way, interpolation, is_bilinear
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from suite.training.pixels.affine import rotated

    return batch.turned(rotated(numbers["rotation"] * either_way(uniforms[:, 0])), is_bilinear(numbers))


PART = Transform(
    "rotation",
    "Turned",
    numbers=(
        Number("rotation", 0.0, "switched", "the largest angle in degrees, either way", 0, 180, neutral=0.0),
        interpolation("rotation"),
    ),
    source="Simard et al. 2003, Best practices for CNNs",
    apply=_apply,
    switch="rotation",
    draws=1,
    order=PLACES + 5,
)  # fmt: skip
