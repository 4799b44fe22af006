"""Solarization against Pillow, image by image."""

from __future__ import annotations

import numpy as np
from PIL import ImageOps

from suite.training.augment.solarize import PART
from tests.training.augment.by_hand import apply, by_pillow, images, nearly, seen, uniforms


def test_equals_pillow_on_the_images_that_are_chosen() -> None:
    pixels, draws = images(), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, solarize=0.6, solarize_threshold=100.0))
    expected = by_pillow(pixels, draws, lambda image, draw: ImageOps.solarize(image, 100) if draw[0] < 0.6 else image)
    nearly(got, expected)
    changed = (got != pixels.astype("float32") + 1).any(axis=(1, 2, 3))
    np.testing.assert_array_equal(changed, draws[:, 0] < 0.6)
