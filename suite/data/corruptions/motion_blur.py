"""Motion: the camera moves along a line, whose direction is drawn within 45 degrees of level.

The authors use ImageMagick's motion blur; the same kernel is computed here (`suite.data.distortion.blurring.moved`).
"""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.blurring import moved


def _apply(image: Image, numbers: tuple[int, float], generator: np.random.Generator) -> Image:
    """numbers: half of how far it reaches, and the deviation of its weights, in pixels."""
    return whole(moved(unit(image), *numbers, angle=generator.uniform(-45.0, 45.0)))


CORRUPTION = Corruption(
    "motion_blur",
    "The camera moves",
    6,
    _apply,
    small=((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)),
    medium=((10, 1), (10, 1.5), (10, 2), (10, 2.5), (12, 3)),
    large=((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)),
)
