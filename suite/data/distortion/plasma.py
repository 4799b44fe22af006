"""Clouds: heights by the diamond-square algorithm (Fournier, Fussell and Carpenter, Communications of the ACM 25, 1982)
on a square whose opposite edges meet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def plasma(least: int, decay: float, generator: np.random.Generator) -> Reals:
    """Heights from 0 to 1, (size, size), where size is the first power of two that is no less than `least`.

    Each finer scale is disturbed decay ** 2 times less: the authors of the corruptions multiply their disturbance by
    its own range.
    """
    size = 1 << max(1, (least - 1).bit_length())
    heights = np.zeros((size, size))
    step, reach = size, 1.0
    while step > 1:
        half = step // 2
        corners = heights[::step, ::step]
        right, below = np.roll(corners, -1, axis=1), np.roll(corners, -1, axis=0)
        middles = _disturbed((corners, right, below, np.roll(right, -1, axis=0)), reach, generator)
        heights[half::step, half::step] = middles
        level = _disturbed((corners, right, middles, np.roll(middles, 1, axis=0)), reach, generator)
        upright = _disturbed((corners, below, middles, np.roll(middles, 1, axis=1)), reach, generator)
        heights[::step, half::step], heights[half::step, ::step] = level, upright
        step, reach = half, reach / decay**2
    heights -= heights.min()
    return heights / heights.max()


def _disturbed(around: Iterable[Reals], reach: float, generator: np.random.Generator) -> Reals:
    """The mean of the four heights around each place, and a little more or less."""
    mean = sum(around) / 4
    return mean + generator.uniform(-reach, reach, np.shape(mean))
