"""Blurs: a line against a sum by hand, and kernels that keep what is flat."""

from __future__ import annotations

import math

import numpy as np
import pytest

from suite.data.distortion.blurring import disk, filtered, gaussian, moved


@pytest.mark.parametrize("angle", [0.0, 30.0, -45.0, -135.0, 90.0])
def test_a_line_by_hand(angle: float) -> None:
    image = np.random.default_rng(0).random((20, 24, 2))
    reach, deviation = 4, 2.0
    weights = [math.exp(-(step**2) / (2 * deviation**2)) for step in range(2 * reach + 1)]
    found = moved(image, reach, deviation, angle)
    for row, column in ((0, 0), (10, 12), (19, 23), (3, 20)):
        total = np.zeros(2)
        for step, weight in enumerate(weights):
            y = row + math.ceil(step * math.sin(math.radians(angle)) - 0.5)
            x = column + math.ceil(step * math.cos(math.radians(angle)) - 0.5)
            total += weight * image[min(max(y, 0), 19), min(max(x, 0), 23)]
        np.testing.assert_allclose(found[row, column], total / sum(weights), rtol=1e-12)


def test_kernels_sum_to_one_and_are_symmetric() -> None:
    for radius, smooth in ((0.3, 0.4), (1.5, 0.1), (10, 0.5)):
        kernel = disk(radius, smooth)
        assert kernel.sum() == pytest.approx(1)
        for other in (kernel.T, kernel[::-1], kernel[:, ::-1]):
            np.testing.assert_allclose(kernel, other, atol=1e-15)
        assert filtered(np.full((30, 31, 1), 0.3), kernel) == pytest.approx(0.3)


def test_a_gaussian_has_its_deviation() -> None:
    image = np.zeros((41, 41, 1))
    image[20, 20] = 1
    found = gaussian(image, 2.0)[..., 0]
    assert float((found.sum(0) * (np.arange(41) - 20) ** 2).sum()) == pytest.approx(4.0, rel=0.02)
