"""Pixelate: the means of blocks, where the blocks are whole."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions.pixelate import CORRUPTION
from tests.data.corruptions.pictures import generator, pictures


def test_half_of_the_pixels_are_means_of_four() -> None:
    image = pictures(1, (32, 48))[0]
    found = CORRUPTION.apply(image, 0.5, generator())
    blocks = image.reshape(16, 2, 24, 2, 3).mean(axis=(1, 3))
    assert np.abs(found - blocks.repeat(2, 0).repeat(2, 1)).max() <= 1  # Pillow rounds after each axis


def test_so_many_pixels_are_left() -> None:
    image = np.repeat(np.arange(32, dtype=np.uint8)[None, :, None] * 8, 32, axis=0)
    assert len(np.unique(CORRUPTION.apply(image, 0.65, generator()))) == int(32 * 0.65)
