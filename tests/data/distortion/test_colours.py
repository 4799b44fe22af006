"""Luminance and value."""

from __future__ import annotations

import numpy as np
import pytest

from suite.data.distortion.colours import luminance, with_value


def test_luminance_of_grey_is_its_value_and_green_counts_most() -> None:
    assert luminance(np.full((1, 1, 3), 0.4)) == pytest.approx(0.4)
    red, green, blue = (float(luminance(np.eye(3)[None, channel : channel + 1])[0, 0, 0]) for channel in range(3))
    assert green > red > blue


def test_value_is_set_and_ratios_stay() -> None:
    image = np.array([[[0.2, 0.4, 0.1], [0.0, 0.0, 0.0]]])
    found = with_value(image, np.full((1, 2, 1), 0.8))
    np.testing.assert_allclose(found, [[[0.4, 0.8, 0.2], [0.8, 0.8, 0.8]]])
