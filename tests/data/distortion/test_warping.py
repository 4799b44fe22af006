"""Warps: an affine map through three points, and places that are rubbed."""

from __future__ import annotations

import numpy as np
import pytest

from suite.data.distortion.warping import affine_through, rubbed, warped


def test_three_places_are_taken_from_three_points() -> None:
    places = np.array([(2.0, 3.0), (9.0, 1.0), (5.0, 8.0)])  # x before y
    points = np.array([(1.0, 1.0), (7.5, 2.0), (4.0, 9.0)])
    rows, columns = affine_through(places, points, (12, 11))
    for (x, y), (to_x, to_y) in zip(places.astype(int), points, strict=True):
        assert (rows[y, x], columns[y, x]) == pytest.approx((to_y, to_x))


def test_between_pixels_values_are_between() -> None:
    image = np.array([[[0.0], [1.0], [3.0]]])
    found = warped(image, np.zeros((1, 3)), np.array([[0.5, 1.25, -1.0]]), "mirror")
    np.testing.assert_allclose(found[0, :, 0], [0.5, 1.5, 1.0])


def test_rubbing_goes_as_far_as_it_is_multiplied_with() -> None:
    generators = (np.random.default_rng(0) for _ in range(2))
    once, thrice = (rubbed((40, 40), far, 2.0, generator)[0] for far, generator in zip((1, 3), generators, strict=True))
    rows = np.arange(40)[:, None]
    np.testing.assert_allclose(3 * (once - rows), thrice - rows, atol=1e-9)
    assert np.abs(once - rows).max() < 1
