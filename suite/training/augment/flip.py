"""Mirroring left and right: one half of the time, or an image every other time that it is seen.

Alternating flips (Jordan 2024) draw one half of the images in the first epoch, and from then on mirror each one where
the epoch before left it: in two epochs every image is seen both ways, which chance does for one half of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    width = batch.size[1]
    own = ops.arange(width, dtype="int32")[None, :]
    mirrored = uniforms[:, :1] < 0.5
    if numbers["flip_alternating"]:
        mirrored = ops.logical_xor(mirrored, ops.equal(ops.mod(batch.epoch, 2), 1))
    return batch.from_columns(ops.where(mirrored, (width - 1) - own, own))


PART = Transform(
    "flip",
    "Mirrored left and right, one half of the time",
    numbers=(
        Number("flip", False, "structural", "mirror one half of the images", neutral=False),
        Number(
            "flip_alternating", False, "structural", "the half of an epoch is the one that the epoch before left",
            neutral=False, needs="flip",
        ),
    ),
    version=2,  # a stream of its own
    source="alternating: Jordan 2024, arXiv:2404.00498, section 3.6",
    apply=_apply,
    switch="flip",
    draws=1,
    order=PLACES + 1,
    lasting=lambda numbers: bool(numbers["flip_alternating"]),
)  # fmt: skip
