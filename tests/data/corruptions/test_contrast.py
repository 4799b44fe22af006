"""Low contrast: the mean of each channel stays, deviations shrink."""

from __future__ import annotations

import numpy as np
import pytest

from suite.data.corruptions.contrast import CORRUPTION
from tests.data.corruptions.pictures import generator, pictures


@pytest.mark.parametrize("left", [0.75, 0.05])
def test_each_channel_is_drawn_to_its_mean(left: float) -> None:
    image = pictures(1)[0]
    found = CORRUPTION.apply(image, left, generator()).astype(float)
    for channel in range(3):
        before = image[..., channel].astype(float)
        assert np.abs(found[..., channel] + 0.5 - (left * before + (1 - left) * before.mean())).max() <= 0.51
