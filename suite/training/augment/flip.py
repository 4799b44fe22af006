"""Mirroring left and right, one half of the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    width = batch.size[1]
    own = ops.arange(width, dtype="int32")[None, :]
    return batch.from_columns(ops.where(uniforms[:, :1] < 0.5, (width - 1) - own, own))


PART = Transform(
    "flip",
    "Mirrored left and right, one half of the time",
    numbers=(Number("flip", False, "structural", "mirror one half of the images", neutral=False),),
    version=2,  # a stream of its own
    apply=_apply,
    switch="flip",
    draws=1,
    order=PLACES + 1,
)
