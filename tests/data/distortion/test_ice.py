"""Ice: in range, bluish, with needles that are longer than wide."""

from __future__ import annotations

import numpy as np

from suite.data.distortion.ice import ice


def test_range_and_colour() -> None:
    found = ice((32, 48), np.random.default_rng(0))
    assert found.shape == (32, 48, 3)
    assert found.min() >= 0
    assert found.max() <= 1
    red, green, blue = found.mean((0, 1))
    assert red < green < blue
    assert 0.3 < found.mean() < 0.7, "as bright as a frosted window"


def test_every_layer_is_another() -> None:
    assert (ice((32, 32), np.random.default_rng(0)) != ice((32, 32), np.random.default_rng(1))).mean() > 0.9
