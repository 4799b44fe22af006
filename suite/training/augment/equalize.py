"""Equalization: with some probability each channel's values are spread until all are about as frequent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.tables import equalized

    chosen, values = uniforms[:, 0] < numbers["equalize"], batch.values()
    return batch.with_values(ops.where(chosen[:, None, None], equalized(batch.table, batch.counts()), values))


PART = Transform(
    "equalize",
    "Equalized histograms",
    numbers=(
        Number("equalize", 0.0, "switched", "probability that an image is changed so", 0, 1, neutral=0.0),
    ),
    source="Cubuk et al., arXiv:1805.09501",
    apply=_apply,
    switch="equalize",
    draws=1,
)  # fmt: skip
