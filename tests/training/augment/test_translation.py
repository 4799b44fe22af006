"""Translation against numpy's slices, image by image."""

from __future__ import annotations

import numpy as np

from suite.training.augment.translation import PART
from tests.training.augment.by_hand import HEIGHT, WIDTH, apply, images, seen, uniforms


def test_equals_the_same_by_hand() -> None:
    pixels, draws = images(), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, translation=0.5))
    moved = 0
    for image, draw, result in zip(pixels, draws, got, strict=True):
        right, down = (int(np.round(0.5 * (2 * d - 1) * side)) for d, side in zip(draw, (WIDTH, HEIGHT), strict=True))
        padded = np.pad(image.astype("float32") + 1, ((HEIGHT, HEIGHT), (WIDTH, WIDTH), (0, 0)))
        expected = padded[HEIGHT + down : 2 * HEIGHT + down, WIDTH + right : 2 * WIDTH + right]
        np.testing.assert_array_equal(result, expected)
        moved += bool(right or down)
    assert moved > len(pixels) / 2
