"""Frost: ice crystals before the image.

Deviation, and no small one: the authors lay parts of five photographs of frosted windows over the images; here each
image has a layer that is computed (`suite.data.distortion.ice`), with the published weights of image and ice. Errors on
it compare candidates of a study with each other, and not with published ones.
"""

from __future__ import annotations

import numpy as np

from suite.data.corruptions import Corruption, Image, unit, whole
from suite.data.distortion.ice import ice


def _apply(image: Image, weights: tuple[float, float], generator: np.random.Generator) -> Image:
    """weights: of the image and of the ice."""
    height, width, channels = image.shape
    layer = ice((height, width), generator)
    return whole(weights[0] * unit(image) + weights[1] * (layer if channels == 3 else layer.mean(-1, keepdims=True)))


CORRUPTION = Corruption(
    "frost",
    "Ice before the image",
    9,
    _apply,
    small=((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)),
    medium=((1, 0.3), (0.9, 0.4), (0.8, 0.45), (0.75, 0.5), (0.7, 0.55)),
    large=((1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)),
)
