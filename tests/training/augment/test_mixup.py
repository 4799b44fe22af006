"""Mixup: weights of the published distribution, pixels and losses of two images by them, recomputed with numpy."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops
from scipy import stats

from suite.training.augment import cutout
from suite.training.augment.mixup import PART, symmetric_beta
from suite.training.batch import Batch, following
from tests.training.augment.by_hand import COUNT, apply, cut, images, seen, uniforms


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.5, 1.0, 4.0, 50.0])
def test_weights_have_the_beta_distribution(alpha: float) -> None:
    draws = np.random.default_rng(3).random((20_000, 2), dtype=np.float32)
    found = ops.convert_to_numpy(symmetric_beta(*(ops.convert_to_tensor(column) for column in draws.T), alpha))
    assert found.min() >= 0
    assert found.max() <= 1
    points = np.linspace(0.02, 0.98, 25)
    shares = (found[:, None] < points).mean(axis=0)
    np.testing.assert_allclose(shares, stats.beta.cdf(points, alpha, alpha), atol=0.012)


def test_the_ends_of_the_draws_give_numbers() -> None:
    ends = np.array([0.0, 0.25, 0.5, np.nextafter(np.float32(1), np.float32(0))], np.float32)
    first, second = (ops.convert_to_tensor(column.ravel()) for column in np.meshgrid(ends, ends))
    for alpha in (1e-3, 0.2, 100.0):
        found = ops.convert_to_numpy(symmetric_beta(first, second, alpha))
        assert ((found >= 0) & (found <= 1)).all()


def test_pixels_are_the_weighted_mean_of_an_image_and_the_next() -> None:
    pixels, draws = images(), uniforms(PART.draws)
    batch = apply(PART, draws, mixup=1.0)(Batch(ops.convert_to_tensor(pixels), {}))
    share = ops.convert_to_numpy(batch.mixture.share)
    assert share.std() > 0.2, "each image has a weight of its own"
    own = pixels.astype("float32") + 1
    for number, result in enumerate(seen(pixels, apply(PART, draws, mixup=1.0))):
        other = own[(number + 1) % COUNT]
        np.testing.assert_allclose(result, share[number] * own[number] + (1 - share[number]) * other, rtol=1e-4)


def test_what_was_erased_of_either_image_is_mixed_in_as_such() -> None:
    pixels, draws, holes = images(), uniforms(PART.draws), uniforms(2, 4)
    batch = apply(PART, draws, mixup=0.5)(Batch(ops.convert_to_tensor(pixels), {}))
    share = ops.convert_to_numpy(batch.mixture.share)[:, None, None, None]
    erased = np.stack([cut(image.astype("float32") + 1, hole, 3) for image, hole in zip(pixels, holes, strict=True)])
    got = seen(pixels, apply(cutout.PART, holes, cutout=3), apply(PART, draws, mixup=0.5))
    np.testing.assert_allclose(got, share * erased + (1 - share) * np.roll(erased, -1, axis=0), rtol=1e-4, atol=1e-4)


def test_the_next_of_the_last_is_the_first() -> None:
    values = ops.convert_to_tensor(np.arange(6).reshape(3, 2))
    assert ops.convert_to_numpy(following(values)).tolist() == [[2, 3], [4, 5], [0, 1]]
