"""Snow: the image is whitened, and flakes that fall in one direction are laid over it, as they are and turned.

Deviation: the layer of flakes stays real numbers, where the authors' goes through files of 8 bits.
"""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.blurring import moved
from suite.data.distortion.colours import luminance
from suite.data.distortion.zooming import zoomed


def _apply(image: Image, numbers: tuple[float, ...], generator: np.random.Generator) -> Image:
    """numbers: mean and deviation of the noise that flakes are made of, its zoom, how much of it is a flake, half of
    how far flakes fall and the deviation of that, in pixels, and how much of the image is left as it was."""
    mean, deviation, zoom, least, reach, spread, left = numbers
    clean = unit(image)
    flakes = zoomed(generator.normal(mean, deviation, (*image.shape[:2], 1)), zoom)
    flakes = np.where(flakes < least, 0.0, np.clip(flakes, 0.0, 1.0))
    flakes = moved(flakes, int(reach), spread, angle=generator.uniform(-135.0, -45.0))
    whitened = np.maximum(clean, luminance(clean) * 1.5 + 0.5)
    return whole(left * clean + (1.0 - left) * whitened + flakes + np.rot90(flakes, 2))


CORRUPTION = Corruption(
    "snow",
    "Snow falls",
    8,
    _apply,
    small=(
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ),
    medium=(
        (0.1, 0.2, 1, 0.6, 8, 3, 0.8),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.8),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.7),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.65),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.6),
    ),
    large=(
        (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ),
)
