"""Impulse noise: single values are black or white, each as often."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image


def _apply(image: Image, share: float, generator: np.random.Generator) -> Image:
    """share: of the values, each channel's on its own."""
    hit = generator.random(image.shape) < share
    white = generator.random(image.shape) < 0.5
    return np.where(hit, np.where(white, 255, 0), image).astype(np.uint8)


CORRUPTION = Corruption(
    "impulse_noise",
    "Salt and pepper",
    3,
    _apply,
    small=(0.01, 0.02, 0.03, 0.05, 0.07),
    medium=(0.01, 0.02, 0.05, 0.08, 0.14),
    large=(0.03, 0.06, 0.09, 0.17, 0.27),
)
