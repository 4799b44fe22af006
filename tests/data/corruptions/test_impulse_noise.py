"""Impulse noise: so many values are black or white, half each, and the others stay."""

from __future__ import annotations

import pytest

from suite.data.corruptions.impulse_noise import CORRUPTION
from tests.data.corruptions.pictures import flat, generator


@pytest.mark.parametrize("share", [0.02, 0.27])
def test_so_many_are_black_or_white(share: float) -> None:
    found = CORRUPTION.apply(flat(100, 300), share, generator())
    assert set(found.ravel().tolist()) == {0, 100, 255}
    assert (found != 100).mean() == pytest.approx(share, rel=0.05)
    assert (found == 255).mean() == pytest.approx(share / 2, rel=0.08)
