"""Elastic: nothing moves where nothing is to move, and as far as it is to."""

from __future__ import annotations

import numpy as np
import pytest

from suite.data.corruptions.elastic import CORRUPTION
from tests.data.corruptions.pictures import flat, generator, pictures


def test_no_strength_is_the_image_itself_and_what_is_flat_stays() -> None:
    image = pictures(1, (32, 40))[0]
    np.testing.assert_array_equal(CORRUPTION.apply(image, (0, 0, 0), generator()), image)
    for numbers in CORRUPTION.small:
        np.testing.assert_array_equal(CORRUPTION.apply(flat(77), numbers, generator()), flat(77))


def test_an_affine_map_alone_keeps_slopes_even() -> None:
    """Of an image that rises evenly, an affine map makes one that rises evenly, too."""
    rows, columns = np.mgrid[:64, :64]
    image = (2 * rows + columns + 20).astype(np.uint8)[..., None]
    inner = CORRUPTION.apply(image, (0, 0, 0.08), generator())[16:48, 16:48, 0].astype(float)
    plane = np.column_stack([rows[:32, :32].ravel(), columns[:32, :32].ravel(), np.ones(1024)])
    slopes, residual, *_ = np.linalg.lstsq(plane, inner.ravel(), rcond=None)
    assert np.sqrt(residual[0] / 1024) < 0.5
    assert slopes[:2] != pytest.approx([2, 1], abs=0.02)


def test_rubbing_moves_neighbours_alike() -> None:
    rows = np.repeat(np.arange(64)[:, None, None] * 4.0, 64, axis=1).astype(np.uint8)
    moved = CORRUPTION.apply(rows, (0.3, 0.05, 0), generator()).astype(float) / 4 - np.arange(64)[:, None, None]
    inner = moved[8:-8, 8:-8, 0]
    assert 0.1 < inner.std() < 5
    assert np.abs(np.diff(inner, axis=1)).mean() < 0.5 * inner.std()
