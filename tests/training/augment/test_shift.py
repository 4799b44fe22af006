"""Random crops of the padded image against numpy's pad and slice, image by image."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.augment.shift import PART
from tests.training.augment.by_hand import HEIGHT, WIDTH, apply, images, seen, shifted, uniforms

MODES = {"zero": "constant", "reflect": "reflect"}


@pytest.mark.parametrize("padding", ["zero", "reflect"])
@pytest.mark.parametrize("shift", [1, 2, 5, HEIGHT, WIDTH, 2 * WIDTH + 3])
def test_equals_the_same_by_hand(padding: str, shift: int) -> None:
    """Also beyond the image: a reflection goes on to and fro, zeros fill what nothing is left of."""
    pixels, draws = images(), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, shift=shift, shift_padding=padding))
    for image, draw, result in zip(pixels, draws, got, strict=True):
        expected = shifted(image.astype("float32") + 1, draw, shift, MODES[padding])
        np.testing.assert_array_equal(result, expected)


def test_a_reflection_of_a_single_row_is_that_row() -> None:
    pixels, draws = images(height=1, width=2), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, shift=3, shift_padding="reflect"))
    for image, draw, result in zip(pixels, draws, got, strict=True):
        np.testing.assert_array_equal(result, shifted(image.astype("float32") + 1, draw, 3, "reflect"))


def test_every_shift_is_drawn_as_often_as_every_other() -> None:
    draws = np.linspace(0, 1, 5000, endpoint=False, dtype=np.float32)
    pixels = np.zeros((5000, 1, 5, 1), np.uint8)
    pixels[:, 0, 2, 0] = 1
    got = seen(pixels, apply(PART, np.stack([0 * draws + 0.5, draws], axis=1), shift=2, shift_padding="zero"))
    counts = (got == 2).sum(axis=(0, 1, 3))
    np.testing.assert_allclose(counts, 1000, atol=2)
