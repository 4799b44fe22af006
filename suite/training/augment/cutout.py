"""A square of each image is erased, around a pixel that is drawn from all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import ERASING, Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from suite.training.batch import square

    return batch.erased(square(uniforms[:, 0], uniforms[:, 1], numbers["cutout"], batch.size))


PART = Transform(
    "cutout",
    "A square is erased",
    numbers=(Number("cutout", 0, "structural", "side of the square in pixels", low=0, neutral=0, pixels=True),),
    version=2,  # a stream of its own
    source="DeVries and Taylor, arXiv:1708.04552",
    apply=_apply,
    switch="cutout",
    draws=2,
    order=ERASING,
)
