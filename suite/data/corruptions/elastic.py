"""Elastic: three points of the image are moved, and with them the rest; then each pixel a little more, alike for
neighbours.

Deviations: the strengths for small images are fractions of the side, as the authors' are; those of ImageNet-C, which
they give in pixels for 224, are taken as fractions of that. Positions are exact, where theirs are whole 32nds of a
pixel.
"""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.warping import affine_through, rubbed, warped


def _apply(image: Image, numbers: tuple[float, float, float], generator: np.random.Generator) -> Image:
    """numbers: how far pixels are moved, over what distance alike, and how far the three points, as fractions of the
    shorter side."""
    side = min(image.shape[:2])
    far, alike, corner = (number * side for number in numbers)
    centre = np.array([image.shape[1] // 2, image.shape[0] // 2], float)
    third = side // 3
    points = centre + third * np.array([(1, 1), (1, -1), (-1, -1)])
    moved = points + generator.uniform(-corner, corner, points.shape)
    turned = warped(unit(image), *affine_through(moved, points, image.shape[:2]), edges="mirror")
    return whole(warped(turned, *rubbed(image.shape[:2], far, alike, generator), edges="reflect"))


_ONE = 244 / 224  # the authors' own slip, which they keep: their lengths are multiples of 244 pixels

CORRUPTION = Corruption(
    "elastic",
    "Stretched and squeezed",
    13,
    _apply,
    small=((0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03)),
    medium=((0, 0, 0.08), (0.05, 0.3, 0.06), (0.1, 0.08, 0.06), (0.1, 0.03, 0.03), (0.16, 0.03, 0.02)),
    large=tuple(
        (far * _ONE, alike * _ONE, corner * _ONE)
        for far, alike, corner in (
            (2, 0.7, 0.1),
            (2, 0.08, 0.2),
            (0.05, 0.01, 0.02),
            (0.07, 0.01, 0.02),
            (0.12, 0.01, 0.02),
        )
    ),
)
