"""Erased squares against numpy's slices, image by image."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.augment.cutout import PART
from tests.training.augment.by_hand import HEIGHT, WIDTH, apply, cut, images, seen, uniforms


@pytest.mark.parametrize("side", [1, 3, 4, HEIGHT, 2 * WIDTH])
def test_equals_the_same_by_hand(side: int) -> None:
    pixels, draws = images(), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, cutout=side))
    for image, draw, result in zip(pixels, draws, got, strict=True):
        np.testing.assert_array_equal(result, cut(image.astype("float32") + 1, draw, side))


def test_the_centre_is_drawn_from_all_pixels() -> None:
    pixels = images()
    for draw, place in ((0.0, (0, 0)), (np.nextafter(np.float32(1), np.float32(0)), (HEIGHT - 1, WIDTH - 1))):
        got = seen(pixels, apply(PART, np.full((len(pixels), 2), draw, np.float32), cutout=1))
        assert (got[:, *place] == 0).all()
        assert (got == 0).sum() == got[:, *place].size
