"""Ice on a window, computed: clouds of rime, and needles that grow in a few directions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.data.distortion.blurring import moved
from suite.data.distortion.plasma import plasma

Reals = npt.NDArray[np.float64]

DIRECTIONS = 5
DENSITY = 0.03
"""The share of the pixels at which a needle begins, in each direction."""

DARK, LIGHT = np.array([0.16, 0.22, 0.32]), np.array([0.88, 0.95, 1.0])
"""Between the needles, and where they are thickest: red, green and blue."""


def ice(size: tuple[int, int], generator: np.random.Generator) -> Reals:
    """A layer of ice, (H, W, 3) from 0 to 1."""
    height, width = size
    rime = plasma(max(size), 1.7, generator)[:height, :width, None]
    needles = np.zeros((height, width, 1))
    reach = max(2, min(size) // 8)
    for angle in generator.uniform(0.0, 180.0, DIRECTIONS):
        seeds = (generator.random((height, width, 1)) < DENSITY).astype(float)
        grown = moved(seeds, reach, reach, angle)
        needles = np.maximum(needles, grown / max(float(grown.max()), 1e-9))
    thick = np.clip(0.65 * rime + 0.75 * needles * (0.35 + 0.65 * rime), 0.0, 1.0)
    return DARK + thick * (LIGHT - DARK)
