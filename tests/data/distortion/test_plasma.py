"""Clouds: from 0 to 1, meeting at opposite edges, the smoother the more they decay."""

from __future__ import annotations

import numpy as np

from suite.data.distortion.plasma import plasma


def roughness(decay: float) -> float:
    """The mean step between neighbours, over several clouds."""
    return float(
        np.mean([np.abs(np.diff(plasma(64, decay, np.random.default_rng(seed)), axis=0)).mean() for seed in range(20)])
    )


def test_size_and_range() -> None:
    for least, size in ((2, 2), (28, 32), (32, 32), (33, 64)):
        found = plasma(least, 2.0, np.random.default_rng(0))
        assert found.shape == (size, size)
        assert (found.min(), found.max()) == (0.0, 1.0)


def test_the_more_they_decay_the_smoother() -> None:
    assert roughness(3.0) < 0.8 * roughness(1.75) < 0.8 * roughness(1.2)


def test_edges_meet() -> None:
    found = np.stack([plasma(64, 3.0, np.random.default_rng(seed)) for seed in range(20)])
    across = np.abs(found[:, 0] - found[:, -1]).mean()
    assert across < 1.5 * np.abs(np.diff(found, axis=1)).mean()


def test_without_disturbance_it_interpolates() -> None:
    """With a strong decay only the first middle differs: between it and the corners heights change evenly."""
    found = plasma(16, 1000.0, np.random.default_rng(1))
    corner, middle = found[0, 0], found[8, 8]
    assert abs(found[4, 4] - (corner + middle + found[0, 8] + found[8, 0]) / 4) < 1e-3
