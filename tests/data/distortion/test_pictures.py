"""Arrays to pictures and back."""

from __future__ import annotations

import numpy as np

from suite.data.distortion.pictures import array, picture


def test_there_and_back() -> None:
    for channels, mode in ((1, "L"), (3, "RGB")):
        image = np.random.default_rng(0).integers(0, 256, (5, 7, channels), dtype=np.uint8)
        shown = picture(image)
        assert (shown.mode, shown.size) == (mode, (7, 5))
        np.testing.assert_array_equal(array(shown), image)
