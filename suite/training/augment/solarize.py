"""Solarization: with some probability the values of an image from a threshold on are inverted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform
from suite.training.recipe.part import Circumstances, Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.tables import solarized

    chosen = uniforms[:, 0] < numbers["solarize"]
    return batch.with_values(solarized(batch.values(), ops.where(chosen, numbers["solarize_threshold"], 256.0)))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["solarize_threshold"] < 256 else "recipe.solarize_threshold=256 inverts no value"


PART = Transform(
    "solarize",
    "Bright values inverted",
    numbers=(
        Number("solarize", 0.0, "switched", "probability that an image is changed so", 0, 1, neutral=0.0),
        Number(
            "solarize_threshold", 128.0, "traced", "values from it on are inverted", 0, 256, needs="solarize"
        ),
    ),
    source="Cubuk et al., arXiv:1805.09501",
    idle=_idle,
    apply=_apply,
    switch="solarize",
    draws=1,
)  # fmt: skip
