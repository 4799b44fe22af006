"""Low contrast: each channel is drawn towards its mean over the image."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole


def _apply(image: Image, left: float, generator: np.random.Generator) -> Image:
    clean = unit(image)
    mean = clean.mean(axis=(0, 1), keepdims=True)
    return whole(mean + left * (clean - mean))


CORRUPTION = Corruption(
    "contrast",
    "Low contrast",
    12,
    _apply,
    small=(0.75, 0.5, 0.4, 0.3, 0.15),
    medium=(0.4, 0.3, 0.2, 0.1, 0.05),
    large=(0.4, 0.3, 0.2, 0.1, 0.05),
)
