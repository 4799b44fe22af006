"""Flips against numpy, image by image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from suite.training.augment.flip import PART
from suite.training.batch import Batch
from suite.training.recipe import Recipe
from tests.training.augment.by_hand import apply, flipped, images, seen, uniforms


def test_equals_the_same_by_hand() -> None:
    pixels, draws = images(), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, flip=True))
    expected = [flipped(image.astype("float32") + 1, draw) for image, draw in zip(pixels, draws, strict=True)]
    np.testing.assert_array_equal(got, expected)


def test_one_half_is_flipped_and_the_other_is_left() -> None:
    assert abs((uniforms(PART.draws) < 0.5).mean() - 0.5) < 0.2
    pixels = images()
    got = seen(pixels, apply(PART, np.full((len(pixels), 1), 0.5, np.float32), flip=True))
    np.testing.assert_array_equal(got, pixels.astype("float32") + 1)


@pytest.mark.parametrize("epoch", range(4))
def test_alternating_the_second_epoch_mirrors_what_the_first_left(epoch: int) -> None:
    pixels, draws = images(), uniforms(PART.draws)

    def in_epoch(batch: Batch) -> Batch:
        return replace(batch, epoch=epoch)

    got = seen(pixels, in_epoch, apply(PART, draws, flip=True, flip_alternating=True))
    for image, draw, one in zip(pixels.astype("float32") + 1, draws, got, strict=True):
        mirrored = (draw[0] < 0.5) != (epoch % 2 == 1)
        np.testing.assert_array_equal(one, image[:, ::-1] if mirrored else image)


def test_alternating_is_another_run_only_where_it_is_on() -> None:
    assert PART.lasting({"flip_alternating": True})
    assert not PART.lasting({"flip_alternating": False})
    plain = Recipe(flip=True)
    assert Recipe(flip=True, flip_alternating=False).identity() == plain.identity()
    assert Recipe(flip=True, flip_alternating=True).structure() != plain.structure()
