"""Hue against the standard library's HSV, pixel by pixel."""

from __future__ import annotations

import colorsys

import numpy as np

from suite.training.augment.hue import PART
from tests.training.augment.by_hand import apply, images, seen, uniforms


def test_equals_the_standard_librarys_hsv() -> None:
    pixels, draws = images()[:], uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, hue=0.3)) - 1
    for image, draw, result in zip(pixels[:8], draws[:8], got[:8], strict=True):
        turn = 0.3 * (2 * draw[0] - 1)
        for pixel, turned in zip(image.reshape(-1, 3), result.reshape(-1, 3), strict=True):
            hue, saturation, value = colorsys.rgb_to_hsv(*(pixel / 255))
            expected = np.array(colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)) * 255
            assert np.abs(expected - turned).max() <= 0.51
    assert (got != pixels).mean() > 0.5


def test_a_third_of_the_circle_exchanges_the_channels() -> None:
    pixels = images()
    got = seen(pixels, apply(PART, np.full((len(pixels), 1), 1.0, np.float32), hue=1 / 3)) - 1
    np.testing.assert_allclose(got, np.roll(pixels, 1, axis=-1), atol=1)
