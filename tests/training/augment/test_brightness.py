"""Brightness against Pillow's ImageEnhance, image by image."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageEnhance

from suite.training.augment.brightness import PART
from tests.training.augment.by_hand import apply, by_pillow, images, nearly, seen, uniforms


def test_equals_pillow() -> None:
    pixels, draws = images(), uniforms(PART.draws)

    def theirs(image: Image.Image, draw: np.ndarray) -> Image.Image:
        return ImageEnhance.Brightness(image).enhance(float(1 + 0.8 * (2 * draw[0] - 1)))

    got = seen(pixels, apply(PART, draws, brightness=0.8))
    nearly(got, by_pillow(pixels, draws, theirs), 0.002)
    assert (got != pixels.astype("float32") + 1).any()


def test_the_factors_lie_around_1() -> None:
    """The middle of the draws changes nothing, the first goes as far as is said."""
    pixels = images()
    middle = seen(pixels, apply(PART, np.full((len(pixels), 1), 0.5, np.float32), brightness=0.8))
    np.testing.assert_array_equal(middle, pixels.astype("float32") + 1)
    none = np.zeros((len(pixels), 1), np.float32)
    expected = by_pillow(pixels, none, lambda image, draw: ImageEnhance.Brightness(image).enhance(0.0))
    nearly(seen(pixels, apply(PART, none, brightness=1.0)), expected, 0.06)
