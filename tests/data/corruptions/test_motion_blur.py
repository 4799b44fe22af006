"""Motion: the direction is drawn for each image, within its range."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions.motion_blur import CORRUPTION
from tests.data.corruptions.pictures import flat


def test_a_point_becomes_a_line_no_steeper_than_45_degrees() -> None:
    image = flat(0, 65)
    image[32, 32] = 255
    slopes = []
    for seed in range(40):
        found = CORRUPTION.apply(image, (10, 6), np.random.default_rng(seed))[..., 0].astype(float)
        rows, columns = np.nonzero(found)
        assert len(rows) > 5
        far = np.argmax(np.abs(columns - 32))
        slopes.append((rows[far] - 32) / (columns[far] - 32))
    assert -1.01 <= min(slopes) < -0.7
    assert 0.7 < max(slopes) <= 1.01


def test_what_is_flat_stays() -> None:
    np.testing.assert_array_equal(CORRUPTION.apply(flat(77), (20, 15), np.random.default_rng(0)), flat(77))
