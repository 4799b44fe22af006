"""Translation by distances that are drawn from a range around 0; what comes in is the mean colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform, either_way
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.affine import translated

    height, width = batch.size
    parts = numbers["translation"] * either_way(uniforms)
    return batch.turned(translated(ops.round(parts[:, 0] * width), ops.round(parts[:, 1] * height)))


PART = Transform(
    "translation",
    "Moved",
    numbers=(
        Number("translation", 0.0, "switched", "the largest distance, either way, of the side", 0, 1, neutral=0.0),
    ),
    source="Simard et al. 2003, Best practices for CNNs",
    apply=_apply,
    switch="translation",
    draws=2,
    order=PLACES + 5,
)  # fmt: skip
