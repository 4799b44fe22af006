"""Zoom about the middle, by a factor that is drawn from a range around 1 on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform, either_way, interpolation, is_bilinear
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.affine import zoomed

    factor = ops.exp(ops.log(1.0 + numbers["zoom"]) * either_way(uniforms[:, 0]))
    return batch.turned(zoomed(factor), is_bilinear(numbers))


PART = Transform(
    "zoom",
    "Larger or smaller",
    numbers=(
        Number("zoom", 0.0, "switched", "how far the largest factor goes beyond 1", 0, 3, neutral=0.0),
        interpolation("zoom"),
    ),
    apply=_apply,
    switch="zoom",
    draws=1,
    order=PLACES + 5,
)  # fmt: skip
