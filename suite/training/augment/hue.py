"""Hue: all colours of an image turned along the colour circle by an angle, which is drawn from a range around 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform, either_way
from suite.training.recipe.part import Circumstances, Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from suite.training.pixels.colour import hue_turned

    turn = numbers["hue"] * either_way(uniforms[:, 0])
    return batch.recoloured(lambda images: hue_turned(images, turn))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if circumstances.channels == 3 else "it changes nothing, for these images have no colour"


PART = Transform(
    "hue",
    "Other hues",
    numbers=(
        Number("hue", 0.0, "switched", "the largest turn, either way, of the circle", 0, 0.5, neutral=0.0),
    ),
    source="Chen et al., arXiv:2002.05709, appendix A",
    idle=_idle,
    apply=_apply,
    switch="hue",
    draws=1,
)  # fmt: skip
