"""Saturation: the differences from each pixel's gray times a factor, which is drawn from a range around 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform, either_way
from suite.training.recipe.part import Circumstances, Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from suite.training.pixels.colour import saturated

    factor = 1.0 + numbers["saturation"] * either_way(uniforms[:, 0])
    return batch.recoloured(lambda images: saturated(images, factor))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if circumstances.channels == 3 else "it changes nothing, for these images have no colour"


PART = Transform(
    "saturation",
    "More or less colour",
    numbers=(
        Number("saturation", 0.0, "switched", "how far the factor goes from 1, either way", 0, 1, neutral=0.0),
    ),
    source="Howard 2013, arXiv:1312.5402",
    idle=_idle,
    apply=_apply,
    switch="saturation",
    draws=1,
)  # fmt: skip
