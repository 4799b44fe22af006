"""Brightness: added to the value of each pixel, in hue, saturation and value."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.colours import with_value


def _apply(image: Image, more: float, generator: np.random.Generator) -> Image:
    clean = unit(image)
    return whole(with_value(clean, np.clip(clean.max(axis=-1, keepdims=True) + more, 0.0, 1.0)))


CORRUPTION = Corruption(
    "brightness",
    "Too bright",
    11,
    _apply,
    small=(0.05, 0.1, 0.15, 0.2, 0.3),
    medium=(0.1, 0.2, 0.3, 0.4, 0.5),
    large=(0.1, 0.2, 0.3, 0.4, 0.5),
)
