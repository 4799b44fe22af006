"""Mirroring top and bottom, one half of the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    height = batch.size[0]
    own = ops.arange(height, dtype="int32")[None, :]
    return batch.from_rows(ops.where(uniforms[:, :1] < 0.5, (height - 1) - own, own))


PART = Transform(
    "vertical_flip",
    "Mirrored top and bottom, one half of the time",
    numbers=(Number("vertical_flip", False, "structural", "mirror one half of the images upside down", neutral=False),),
    apply=_apply,
    switch="vertical_flip",
    draws=1,
    order=PLACES + 1,
)
