"""Frost: the published weights of image and ice."""

from __future__ import annotations

import numpy as np
import pytest

from suite.data.corruptions.frost import CORRUPTION
from suite.data.distortion.ice import ice
from tests.data.corruptions.pictures import flat, generator, pictures


@pytest.mark.parametrize("weights", CORRUPTION.small)
def test_a_weighted_sum(weights: tuple[float, float]) -> None:
    image = pictures(1)[0]
    found = CORRUPTION.apply(image, weights, generator())
    wanted = np.clip(weights[0] * image + weights[1] * 255 * ice((32, 32), generator()), 0, 255)
    assert np.abs(found - wanted).max() <= 1


def test_grey_images_have_grey_ice() -> None:
    found = CORRUPTION.apply(flat(0, channels=1), (1, 1), generator())
    colour = CORRUPTION.apply(flat(0, channels=3), (1, 1), generator())
    assert np.abs(found[..., 0] - colour.mean(-1)).max() <= 1
