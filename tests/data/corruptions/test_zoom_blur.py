"""Zoom: the mean of the image and of SciPy's enlargements of its middle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.ndimage import zoom

from suite.data.corruptions.zoom_blur import CORRUPTION
from tests.data.corruptions.pictures import generator, pictures


@pytest.mark.parametrize("strength", [1, 5])
@pytest.mark.parametrize("size", [32, 64])
def test_against_scipy(strength: int, size: int) -> None:
    image, factors = pictures(1, (size, size))[0], CORRUPTION.small[strength - 1]
    total = image / 255
    for factor in factors:
        part = math.ceil(size / factor)
        top = (size - part) // 2
        larger = zoom(image[top : top + part, top : top + part] / 255, (factor, factor, 1), order=1)
        cut = (len(larger) - size) // 2
        total = total + larger[cut : cut + size, cut : cut + size]
    wanted = 255 * total / (len(factors) + 1)
    assert np.abs(CORRUPTION.apply(image, factors, generator()) - np.floor(wanted + 1e-6)).max() <= 1


def test_the_published_factors() -> None:
    assert [len(factors) for factors in CORRUPTION.small] == [len(np.arange(1, 1 + n, 0.01)) for n in
                                                             (0.06, 0.11, 0.16, 0.21, 0.26)]  # fmt: skip
    assert CORRUPTION.large[4] == pytest.approx([1 + 0.03 * step for step in range(11)])
