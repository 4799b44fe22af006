"""Frosted glass: each pixel is one of its neighbours before the blur."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions.glass_blur import CORRUPTION
from tests.data.corruptions.pictures import flat, generator


def test_each_pixel_is_itself_or_the_one_above_or_left_of_it() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    found = CORRUPTION.apply(image, (0.05, 1, 1), generator())  # a blur that changes nothing
    neighbours = [np.roll(image, (down, right), (0, 1)) for down in (0, 1) for right in (0, 1)]
    which = np.stack([(found == other).all(-1) for other in neighbours])
    assert which.any(0)[2:, 2:].all()
    np.testing.assert_allclose(which[:, 2:, 2:].mean((1, 2)), 0.25, atol=0.05)
    np.testing.assert_array_equal(found[:2], image[:2])
    np.testing.assert_array_equal(found[:, :2], image[:, :2])


def test_views_that_change_places_come_to_a_copy() -> None:
    """The exchange of two views of an array, done on the array itself with the same draws."""
    image = np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    found = CORRUPTION.apply(image, (0.05, 2, 3), generator())
    draws = generator().integers(-2, 2, size=(3, 16, 20, 2))
    for time in draws:
        for row, line in zip(range(18, 2, -1), time, strict=True):
            for column, (down, right) in zip(range(22, 2, -1), line, strict=True):
                here, there = image[row, column], image[row + down, column + right]
                image[row, column], image[row + down, column + right] = there, here
    np.testing.assert_array_equal(found, image)


def test_what_is_flat_stays() -> None:
    np.testing.assert_array_equal(CORRUPTION.apply(flat(77), (1.5, 4, 2), generator()), flat(77))
