"""Fog lies between the darkened image and the brightest fog."""

from __future__ import annotations

import numpy as np

from suite.data.corruptions.fog import CORRUPTION
from suite.data.distortion.plasma import plasma
from tests.data.corruptions.pictures import flat, generator, pictures


def test_the_formula() -> None:
    image, (thickness, decay) = pictures(1, (28, 20))[0], (1.5, 1.75)
    found = CORRUPTION.apply(image, (thickness, decay), generator())
    clouds = 255 * thickness * plasma(28, decay, generator())[:28, :20, None]
    brightest = image.max() / 255
    assert np.abs(found - (image + clouds) * brightest / (brightest + thickness)).max() <= 1


def test_black_stays_black_and_white_is_never_exceeded() -> None:
    assert not CORRUPTION.apply(flat(0), (3, 1.4), generator()).any()
    found = CORRUPTION.apply(flat(200), (3, 1.4), generator())
    assert found.max() == 200
    assert found.min() == int(200 / 255 * 200 / 255 / (200 / 255 + 3) * 255)
