"""Shear against Pillow's affine transform, image by image."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.augment.shear import PART
from tests.training.augment.by_hand import apply, images, seen, uniforms
from tests.training.pixels.test_affine import about_the_middle, pillow


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_equals_the_map_by_pillow(interpolation: str) -> None:
    """Places within rounding of two pixels' border may go to either, and means by one."""
    pixels, draws = images(height=16, width=16), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, shear=0.43, interpolation=interpolation))
    for image, draw, result in zip(pixels, draws, got, strict=True):
        x, y = 0.43 * (2 * draw.astype(float) - 1)
        slopes = np.array([[1, x], [0, 1]]) @ np.array([[1, 0], [y, 1]])
        expected = pillow(image, about_the_middle(slopes, (8.0, 8.0)), interpolation)
        assert (np.abs(result - expected) > (interpolation == "bilinear")).any(axis=-1).mean() < 0.02


def test_the_middle_of_the_draws_changes_nothing() -> None:
    pixels = images()
    got = seen(pixels, apply(PART, np.full((len(pixels), PART.draws), 0.5, np.float32), shear=0.43))
    np.testing.assert_array_equal(got, pixels.astype("float32") + 1)
