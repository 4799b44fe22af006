"""Flips against numpy, image by image."""

from __future__ import annotations

import numpy as np

from suite.training.augment.flip import PART
from tests.training.augment.by_hand import apply, flipped, images, seen, uniforms


def test_equals_the_same_by_hand() -> None:
    pixels, draws = images(), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, flip=True))
    expected = [flipped(image.astype("float32") + 1, draw) for image, draw in zip(pixels, draws, strict=True)]
    np.testing.assert_array_equal(got, expected)


def test_one_half_is_flipped_and_the_other_is_left() -> None:
    assert abs((uniforms(PART.draws) < 0.5).mean() - 0.5) < 0.2
    pixels = images()
    got = seen(pixels, apply(PART, np.full((len(pixels), 1), 0.5, np.float32), flip=True))
    np.testing.assert_array_equal(got, pixels.astype("float32") + 1)
