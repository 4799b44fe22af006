"""GridMask: the squares of a turned grid are erased, through keras-cv (`suite.training.pixels.keras_cv_masks`).

keras-cv's layer with its defaults: the unit of the grid is drawn from 0.3 of the width to half of the height, the
squares' side from 0 to `grid_mask_ratio` of it, the turn from 0.15 of a circle either way. It counts the units from
the corner, so that now and then the last squares at an edge are missing. The paper keeps a share of the image that is
fixed, and raises the probability in the course of the training; here it is the same throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import ERASING, Transform
from suite.training.recipe.part import Circumstances, Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels.keras_cv_masks import grids

    where = grids(uniforms[:, 1] * numbers["grid_mask_ratio"], uniforms[:, 2:], batch.size)
    chosen = uniforms[:, 0] < numbers["grid_mask"]
    return batch.erased(ops.logical_and(where, chosen[:, None, None]))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return None if values["grid_mask_ratio"] else "recipe.grid_mask_ratio=0 erases nothing"


PART = Transform(
    "grid_mask",
    "The squares of a grid are erased",
    numbers=(
        Number("grid_mask", 0.0, "switched", "probability that an image gets a grid", 0, 1, neutral=0.0),
        Number(
            "grid_mask_ratio", 0.5, "traced", "the squares' largest share of the grid's unit", 0, 1, needs="grid_mask"
        ),
    ),
    source="Chen et al., arXiv:2001.04086",
    idle=_idle,
    apply=_apply,
    switch="grid_mask",
    draws=6,
    order=ERASING + 1,
    backends=("tensorflow",),
    compiles=False,
)
