"""Defocus: each point becomes a disk whose edge is smoothed a little."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.blurring import disk, filtered


def _apply(image: Image, numbers: tuple[float, float], generator: np.random.Generator) -> Image:
    """numbers: the disk's radius, and the deviation of the Gaussian that smooths its edge, in pixels."""
    return whole(filtered(unit(image), disk(*numbers)))


CORRUPTION = Corruption(
    "defocus_blur",
    "Out of focus",
    4,
    _apply,
    small=((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)),
    medium=((0.5, 0.6), (1, 0.1), (1.5, 0.1), (2.5, 0.01), (3, 0.1)),
    large=((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)),
)
