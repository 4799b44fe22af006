"""Snow only brightens, and its flakes lie in lines."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions.snow import CORRUPTION
from tests.data.corruptions.pictures import flat, generator, pictures


def test_nothing_gets_darker_and_much_gets_white() -> None:
    for image in pictures(6):
        found = CORRUPTION.apply(image, CORRUPTION.small[4], generator())
        assert (found.astype(int) >= image.astype(int) - 1).all()
        assert found.mean() > image.mean() + 10


def test_black_is_whitened_by_half_and_covered_by_flakes_that_look_alike_upside_down() -> None:
    numbers = (0.1, 0.3, 3, 0.5, 10, 4, 0.8)
    found = CORRUPTION.apply(flat(0), numbers, generator())
    assert found.min() == int(255 * 0.2 * 0.5)
    assert found.max() > found.min()
    np.testing.assert_allclose(found, np.rot90(found, 2), atol=1)


def test_flakes_fall_rather_than_fly() -> None:
    lines = np.zeros(2)
    for seed in range(20):
        numbers = (0.1, 0.3, 1, 0.5, 10, 4, 0.8)
        found = CORRUPTION.apply(flat(0), numbers, np.random.default_rng(seed))[..., 0].astype(float)
        lines += [np.abs(np.diff(found, axis=axis)).mean() for axis in (0, 1)]
    assert lines[0] < 0.8 * lines[1], "less changes downwards than sideways"
