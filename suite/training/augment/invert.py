"""Inversion: with some probability every value of an image becomes its distance from 255."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.tables import inverted

    chosen, values = uniforms[:, 0] < numbers["invert"], batch.values()
    return batch.with_values(ops.where(chosen[:, None, None], inverted(values), values))


PART = Transform(
    "invert",
    "Inverted",
    numbers=(
        Number("invert", 0.0, "switched", "probability that an image is changed so", 0, 1, neutral=0.0),
    ),
    source="Cubuk et al., arXiv:1805.09501",
    apply=_apply,
    switch="invert",
    draws=1,
)  # fmt: skip
