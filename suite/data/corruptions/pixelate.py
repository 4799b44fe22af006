"""Pixelate: made smaller, and as large again, by the means of the pixels that lie within each."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image
from suite.data.distortion.pictures import array, picture


def _apply(image: Image, share: float, generator: np.random.Generator) -> Image:
    """share: of each side's pixels that is left."""
    from PIL.Image import Resampling

    height, width = image.shape[:2]
    smaller = picture(image).resize((int(width * share), int(height * share)), Resampling.BOX)
    return array(smaller.resize((width, height), Resampling.BOX))


CORRUPTION = Corruption(
    "pixelate",
    "Too few pixels",
    14,
    _apply,
    small=(0.95, 0.9, 0.85, 0.75, 0.65),
    medium=(0.9, 0.8, 0.7, 0.6, 0.5),
    large=(0.6, 0.5, 0.4, 0.3, 0.25),
)
