"""Zoom: the mean of the image and of enlargements of its middle, as when the camera draws near."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.zooming import zoomed


def _apply(image: Image, factors: tuple[float, ...], generator: np.random.Generator) -> Image:
    clean = unit(image)
    return whole((clean + sum(zoomed(clean, factor) for factor in factors)) / (len(factors) + 1))


def _up_to(*ends: tuple[float, float]) -> tuple[tuple[float, ...], ...]:
    """Factors from 1 to below each end by a step, by numpy's rule: where rounding puts the end below itself, it too."""
    return tuple(tuple(np.arange(1.0, end, step).tolist()) for end, step in ends)


_LITTLE = _up_to((1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01))

CORRUPTION = Corruption(
    "zoom_blur",
    "The camera draws near",
    7,
    _apply,
    small=_LITTLE,
    medium=_LITTLE,
    large=_up_to((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)),
)
