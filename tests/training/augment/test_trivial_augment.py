"""TrivialAugment, recomputed image by image from the draws, with Pillow."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.augment.trivial_augment import PART
from suite.training.pixels.operations import FOURTEEN
from tests.training.augment.by_hand import apply, images, seen, uniforms
from tests.training.pixels.test_operations import WIDE, agree, amounts_by_hand, by_pillow


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_equals_pillow_image_by_image(interpolation: str) -> None:
    pixels, draws = images(height=40, width=44), uniforms(PART.draws)
    got, used = seen(pixels, apply(PART, draws, trivial_augment=True, interpolation=interpolation)), set()
    for image, draw, result in zip(pixels, draws, got, strict=True):
        name, level = FOURTEEN[int(draw[0] * 14)], int(draw[1] * 31)
        used.add(name)
        amount = amounts_by_hand(name, level / 30, bool(draw[2] < 0.5), WIDE, (40, 44))
        agree(result, by_pillow(image, [(name, amount)], interpolation))
    assert len(used) == 14
    assert (got != pixels.astype("float32") + 1).any(axis=(1, 2, 3)).mean() > 0.7


def test_every_operation_is_drawn_alike() -> None:
    draws = np.random.default_rng(0).random(14_000)
    assert np.abs(np.bincount((draws * 14).astype(int)) / 1000 - 1).max() < 0.15
    assert len(set(FOURTEEN)) == 14
