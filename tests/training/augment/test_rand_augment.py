"""RandAugment, recomputed image by image from the draws, with Pillow."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.augment.rand_augment import PART
from suite.training.pixels.operations import FOURTEEN
from tests.training.augment.by_hand import apply, images, seen, uniforms
from tests.training.pixels.test_operations import USUAL, agree, amounts_by_hand, by_pillow


@pytest.mark.parametrize(
    ("layers", "magnitude", "interpolation"),
    [(1, 9.0, "nearest"), (1, 25.0, "nearest"), (2, 9.0, "nearest"), (3, 9.0, "nearest"), (2, 9.0, "bilinear")],
)
def test_equals_pillow_image_by_image(layers: int, magnitude: float, interpolation: str) -> None:
    pixels, draws = images(height=24, width=30), uniforms(PART.draws)
    numbers = {"rand_augment": layers, "rand_augment_magnitude": magnitude, "interpolation": interpolation}
    got = seen(pixels, apply(PART, draws, **numbers))
    for image, draw, result in zip(pixels, draws, got, strict=True):
        names = [FOURTEEN[int(draw[2 * layer] * 14)] for layer in range(layers)]
        ways = [bool(draw[2 * layer + 1] < 0.5) for layer in range(layers)]
        amounts = [
            amounts_by_hand(name, magnitude / 30, way, USUAL, (24, 30)) for name, way in zip(names, ways, strict=True)
        ]
        agree(result, by_pillow(image, list(zip(names, amounts, strict=True)), interpolation), 0.06)


def test_one_layer_more_leaves_the_first_ones_draws() -> None:
    """Each layer has its own: an image whose second operation is none looks as with one layer."""
    pixels, draws = images(), uniforms(PART.draws)
    draws[:, 2] = 0.0
    one = seen(pixels, apply(PART, draws, rand_augment=1, rand_augment_magnitude=9.0))
    two = seen(pixels, apply(PART, draws, rand_augment=2, rand_augment_magnitude=9.0))
    np.testing.assert_array_equal(one, two)
    assert (one != pixels.astype("float32") + 1).any()


def test_with_a_probability_an_operation_acts_so_often_and_otherwise_as_ever() -> None:
    """Which way it goes has nothing to do with whether it acts."""
    pixels, draws = images(), uniforms(PART.draws)
    numbers = {"rand_augment": 1, "rand_augment_magnitude": 25.0}
    always = seen(pixels, apply(PART, draws, **numbers))
    sometimes = seen(pixels, apply(PART, draws, **numbers, rand_augment_probability=0.5))
    acts = 2 * draws[:, 1] % 1 < 0.5
    np.testing.assert_array_equal(sometimes[acts], always[acts])
    np.testing.assert_array_equal(sometimes[~acts], pixels[~acts].astype("float32") + 1)
    many = np.random.default_rng(0).random(20_000)
    ways = [(2 * many[side] % 1 < 0.5).mean() for side in (many < 0.5, many >= 0.5)]
    np.testing.assert_allclose(ways, 0.5, atol=0.02)
