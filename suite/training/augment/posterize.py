"""Posterization: with some probability only the highest bits of an image's values are left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform
from suite.training.recipe.part import Circumstances, Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.tables import posterized

    chosen = uniforms[:, 0] < numbers["posterize"]
    bits = ops.where(chosen, numbers["posterize_bits"], 8.0)
    return batch.with_values(posterized(batch.values(), bits))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["posterize_bits"] < 8 else "recipe.posterize_bits=8 leaves all values"


PART = Transform(
    "posterize",
    "Fewer values",
    numbers=(
        Number("posterize", 0.0, "switched", "probability that an image is changed so", 0, 1, neutral=0.0),
        Number("posterize_bits", 4, "traced", "bits that are left of each value", 1, 8, needs="posterize"),
    ),
    source="Cubuk et al., arXiv:1805.09501",
    idle=_idle,
    apply=_apply,
    switch="posterize",
    draws=1,
)  # fmt: skip
