"""Shot noise is a count: its variance is in proportion to the brightness."""

from __future__ import annotations

import pytest

from suite.data.corruptions.shot_noise import CORRUPTION
from tests.data.corruptions.pictures import flat, generator


@pytest.mark.parametrize("value", [51, 102])
@pytest.mark.parametrize("photons", [500, 60])
def test_variance_is_mean_over_photons(value: int, photons: int) -> None:
    found = CORRUPTION.apply(flat(value, 200), photons, generator()) / 255
    assert found.mean() == pytest.approx(value / 255, abs=0.005)
    assert found.var() == pytest.approx(value / 255 / photons, rel=0.05)


def test_black_stays_black_and_few_photons_give_few_values() -> None:
    assert not CORRUPTION.apply(flat(0), 60, generator()).any()
    assert set(CORRUPTION.apply(flat(80), 3, generator()).ravel().tolist()) == {0, 85, 170, 255}
