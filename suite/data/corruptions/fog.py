"""Fog: clouds, as the diamond-square algorithm draws them, are added, and the whole is darkened to the old maximum."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.plasma import plasma


def _apply(image: Image, numbers: tuple[float, float], generator: np.random.Generator) -> Image:
    """numbers: how thick it is, and how much smoother it is at each finer scale."""
    thickness, decay = numbers
    clean = unit(image)
    brightest = clean.max()
    height, width = image.shape[:2]
    clouds = plasma(max(height, width), decay, generator)[:height, :width, None]
    return whole((clean + thickness * clouds) * brightest / (brightest + thickness))


CORRUPTION = Corruption(
    "fog",
    "In fog",
    10,
    _apply,
    small=((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)),
    medium=((0.4, 3), (0.7, 3), (1, 2.5), (1.5, 2), (2, 1.75)),
    large=((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)),
)
