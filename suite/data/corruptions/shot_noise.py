"""Shot noise: each value is a count of photons, as many in the mean as it is bright."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole


def _apply(image: Image, photons: float, generator: np.random.Generator) -> Image:
    """photons: of a white value, in the mean."""
    return whole(generator.poisson(unit(image) * photons) / photons)


CORRUPTION = Corruption(
    "shot_noise",
    "Noise of few photons",
    2,
    _apply,
    small=(500, 250, 100, 75, 50),
    medium=(250, 100, 50, 30, 15),
    large=(60, 25, 12, 5, 3),
)
