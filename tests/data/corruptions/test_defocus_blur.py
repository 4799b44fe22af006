"""Defocus against a direct sum over the disk."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import correlate

from suite.data.corruptions.defocus_blur import CORRUPTION
from tests.data.corruptions.pictures import flat, generator, pictures


@pytest.mark.parametrize("numbers", [(1, 0.2), (3, 0.1), (10, 0.5)])
def test_the_disk_smoothed_by_a_small_gaussian(numbers: tuple[float, float]) -> None:
    radius, smooth = numbers
    reach = int(radius) + 3
    places = range(-reach, reach + 1)
    disk = np.array([[float(row**2 + column**2 <= radius**2) for column in places] for row in places])
    around = 1 if radius <= 8 else 2
    bell = np.exp(-0.5 * (np.arange(-around, around + 1) / smooth) ** 2)
    kernel = correlate(disk, np.outer(bell, bell), mode="constant")
    kernel /= kernel.sum()
    image = pictures(1, (48, 40))[0]
    wanted = np.stack([correlate(image[..., c] / 255, kernel, mode="mirror") for c in range(3)], -1) * 255
    found = CORRUPTION.apply(image, numbers, generator())
    assert np.abs(found - np.floor(wanted + 1e-6)).max() <= 1
    assert np.abs(found - wanted).mean() == pytest.approx(0.5, abs=0.05)  # cut, not rounded


def test_what_is_flat_stays() -> None:
    np.testing.assert_array_equal(CORRUPTION.apply(flat(77), (6, 0.5), generator()), flat(77))
