"""Brightness against Python's own conversion to hue, saturation and value."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from suite.data.corruptions.brightness import CORRUPTION
from tests.data.corruptions.pictures import flat, generator


@pytest.mark.parametrize("more", [0.05, 0.3])
def test_value_is_raised_and_hue_and_saturation_stay(more: float) -> None:
    image = np.random.default_rng(0).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    image[0, :6] = 0
    found = CORRUPTION.apply(image, more, generator())
    for before, after in zip(image.reshape(-1, 3), found.reshape(-1, 3), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*(before / 255))
        wanted = np.array(colorsys.hsv_to_rgb(hue, saturation, min(1.0, value + more))) * 255
        assert np.abs(after - np.floor(wanted + 1e-6)).max() <= 1


def test_grey_is_added_to() -> None:
    np.testing.assert_array_equal(CORRUPTION.apply(flat(51, channels=1), 0.2, generator()), flat(102, channels=1))
