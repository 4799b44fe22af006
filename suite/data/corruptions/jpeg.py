"""JPEG: compressed with a low quality, by Pillow, as the authors do."""

from __future__ import annotations

import io

import numpy as np

from suite.data.corruptions import Corruption, Image
from suite.data.distortion.pictures import array, picture


def _apply(image: Image, quality: int, generator: np.random.Generator) -> Image:
    from PIL import Image as Pillow

    file = io.BytesIO()
    picture(image).save(file, "JPEG", quality=quality)
    with Pillow.open(file) as opened:
        return array(opened)


CORRUPTION = Corruption(
    "jpeg",
    "Compressed too much",
    15,
    _apply,
    small=(80, 65, 58, 50, 40),
    medium=(65, 58, 50, 40, 25),
    large=(25, 18, 15, 10, 7),
)
