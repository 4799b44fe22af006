"""Rotation against Pillow's affine transform, image by image."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.augment.rotation import PART
from tests.training.augment.by_hand import apply, images, seen, uniforms
from tests.training.pixels.test_affine import about_the_middle, pillow, turning


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_equals_the_map_by_pillow(interpolation: str) -> None:
    """Places within rounding of two pixels' border may go to either, and means by one."""
    pixels, draws = images(height=16, width=16), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, rotation=40.0, interpolation=interpolation))
    for image, draw, result in zip(pixels, draws, got, strict=True):
        angle = 40.0 * (2 * float(draw[0]) - 1)
        expected = pillow(image, about_the_middle(turning(angle), (8.0, 8.0)), interpolation)
        assert (np.abs(result - expected) > (interpolation == "bilinear")).any(axis=-1).mean() < 0.02


def test_the_middle_of_the_draws_changes_nothing() -> None:
    pixels = images()
    got = seen(pixels, apply(PART, np.full((len(pixels), PART.draws), 0.5, np.float32), rotation=40.0))
    np.testing.assert_array_equal(got, pixels.astype("float32") + 1)
