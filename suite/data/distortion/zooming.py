"""Enlarging the middle of an image to its whole, linearly between pixels."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def zoomed(image: Reals, factor: float) -> Reals:
    """(H, W, C) of which the middle, 1 / factor of each side, fills the whole; factor at least 1.

    As the authors' code: the middle's side is rounded up, the first and last pixels of what it is enlarged to are its
    own first and last, and what is too much at the edges is cut off.
    """
    height, width, channels = image.shape
    rows, columns = _weights(height, factor), _weights(width, factor)
    return columns @ (rows @ image.reshape(height, width * channels)).reshape(image.shape)


@lru_cache(maxsize=128)
def _weights(size: int, factor: float) -> Reals:
    """What each place takes of each place of an axis, (size, size): rows sum to one."""
    part = math.ceil(size / factor)
    larger = round(part * factor)
    first, cut = (size - part) // 2, (larger - size) // 2
    places = first + (cut + np.arange(size)) * ((part - 1) / max(larger - 1, 1))
    return np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(size)[None, :]))
