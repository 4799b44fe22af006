"""Gaussian noise has the deviation that its strength says."""

from __future__ import annotations

import numpy as np
import pytest

from suite.data.corruptions.gaussian_noise import CORRUPTION
from tests.data.corruptions.pictures import flat, generator


@pytest.mark.parametrize("deviation", CORRUPTION.small)
def test_mean_and_deviation(deviation: float) -> None:
    found = CORRUPTION.apply(flat(128, 200), deviation, generator()).astype(float) - 128
    assert found.std() == pytest.approx(255 * deviation, rel=0.02)
    assert found.mean() == pytest.approx(-0.5, abs=0.3)  # cut to whole numbers below
    correlation = np.corrcoef(found[..., 0].ravel(), found[..., 1].ravel())[0, 1]
    assert abs(correlation) < 0.02, "each channel on its own"
