"""Frosted glass: pixels take the places of neighbours, between two Gaussian blurs.

The authors' code says that two pixels change places. It exchanges views of one array, so that in truth the first takes
the second's value and the second keeps it; the published images were made so, and these are.
"""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.blurring import gaussian


def _apply(image: Image, numbers: tuple[float, int, int], generator: np.random.Generator) -> Image:
    """numbers: the blur's deviation in pixels, how far a pixel may look, and how often all do."""
    deviation, reach, times = numbers
    blurred = whole(gaussian(unit(image), deviation))
    height, width, channels = blurred.shape
    source = _shuffled(height, width, reach, times, generator)
    moved = blurred.reshape(-1, channels)[source].reshape(blurred.shape)
    return whole(gaussian(unit(moved), deviation))


def _shuffled(height: int, width: int, reach: int, times: int, generator: np.random.Generator) -> list[int]:
    """For each pixel, row by row, the one whose value it ends with: one after the other, from the last to the first."""
    source = list(range(height * width))
    rows, columns = range(height - reach, reach, -1), range(width - reach, reach, -1)
    steps = generator.integers(-reach, reach, size=(times, len(rows), len(columns), 2))
    away = (steps[..., 0] * width + steps[..., 1]).tolist()
    for time in away:
        for row, line in zip(rows, time, strict=True):
            for column, step in zip(columns, line, strict=True):
                place = row * width + column
                source[place] = source[place + step]
    return source


CORRUPTION = Corruption(
    "glass_blur",
    "Through frosted glass",
    5,
    _apply,
    small=((0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)),
    medium=((0.1, 1, 1), (0.5, 1, 1), (0.6, 1, 2), (0.7, 2, 1), (0.9, 2, 2)),
    large=((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)),
)
