"""Blurs of images (H, W, C) of real numbers: by a disk, a Gaussian, and along a line. SciPy is imported late."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def filtered(image: Reals, kernel: Reals) -> Reals:
    """The image correlated with a symmetric kernel of odd sides, mirrored at its edges, which are not repeated."""
    from scipy.signal import fftconvolve

    rows, columns = (side // 2 for side in kernel.shape)
    wider = np.pad(image, ((rows, rows), (columns, columns), (0, 0)), mode="reflect")
    return fftconvolve(wider, kernel[:, :, None], mode="valid", axes=(0, 1))


@lru_cache(maxsize=16)
def disk(radius: float, smooth: float) -> Reals:
    """A kernel: a disk, blurred by a Gaussian of 3 pixels (5 where the radius is above 8); (2n + 1, 2n + 1), sum 1.

    The disk is aliased; only the Gaussian, whose deviation is `smooth`, gives it an edge.
    """
    reach = math.floor(radius)
    around = 1 if radius <= 8 else 2
    places = np.arange(-reach - around, reach + around + 1)
    flat = (places[:, None] ** 2 + places[None, :] ** 2 <= radius**2).astype(float)
    bell = np.exp(-0.5 * (np.arange(-around, around + 1) / smooth) ** 2)
    matrix = sum(
        (
            weight * np.eye(len(places), k=offset)
            for offset, weight in zip(range(-around, around + 1), bell, strict=True)
        ),
        np.zeros((len(places), len(places))),
    )
    kernel = matrix @ flat @ matrix.T
    return kernel / kernel.sum()


def gaussian(image: Reals, deviation: float) -> Reals:
    """Each channel blurred by a Gaussian, in pixels, cut after four deviations; the edge is repeated outside."""
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(image, (deviation, deviation, 0), mode="nearest")


def moved(image: Reals, reach: int, deviation: float, angle: float) -> Reals:
    """The image blurred along a line, whose angle is in degrees; the edge is repeated outside.

    ImageMagick's MotionBlurImage (MagickCore/effect.c): 2 reach + 1 pixels in one direction, the nearest to i pixels
    along the line, with weights exp(-i ** 2 / (2 deviation ** 2)).
    """
    height, width, _ = image.shape
    count = 2 * reach + 1
    weights = np.exp(-0.5 * (np.arange(count) / deviation) ** 2)
    weights /= weights.sum()
    down, right = (_nearest(np.arange(count) * turn(math.radians(angle))) for turn in (math.sin, math.cos))
    wider = np.pad(image, ((count, count), (count, count), (0, 0)), mode="edge")
    found = np.zeros_like(image)
    for weight, row, column in zip(weights, count + down, count + right, strict=True):
        found += weight * wider[row : row + height, column : column + width]
    return found


def _nearest(places: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    return np.ceil(places - 0.5).astype(np.int64)
