"""Gaussian noise, as in little light: the same on every value."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole


def _apply(image: Image, deviation: float, generator: np.random.Generator) -> Image:
    return whole(unit(image) + generator.normal(scale=deviation, size=image.shape))


CORRUPTION = Corruption(
    "gaussian_noise",
    "Gaussian noise",
    1,
    _apply,
    small=(0.04, 0.06, 0.08, 0.09, 0.10),
    medium=(0.04, 0.08, 0.12, 0.15, 0.18),
    large=(0.08, 0.12, 0.18, 0.26, 0.38),
)
