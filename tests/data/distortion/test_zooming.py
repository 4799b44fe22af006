"""Zooming: what is flat or linear stays so."""

from __future__ import annotations

import numpy as np
import pytest

from suite.data.distortion.zooming import zoomed


@pytest.mark.parametrize("factor", [1.0, 1.26, 2.0, 4.5])
def test_a_plane_becomes_a_flatter_plane(factor: float) -> None:
    rows, columns = np.mgrid[:32, :40]
    found = zoomed((rows + 2.0 * columns)[..., None], factor)[..., 0]
    assert found.shape == (32, 40)
    assert np.ptp(np.diff(found, axis=0)) < 1e-9
    assert np.diff(found, axis=0).mean() == pytest.approx(1 / factor, rel=0.12)


def test_factor_one_changes_nothing_and_the_middle_stays_in_the_middle() -> None:
    image = np.random.default_rng(0).random((33, 33, 3))
    np.testing.assert_array_equal(zoomed(image, 1.0), image)
    point = np.zeros((33, 33, 1))
    point[16, 16] = 1
    found = zoomed(point, 3.0)[..., 0]
    assert np.abs(np.argwhere(found > 0.5) - 16).max() <= 2
