"""FourierMix: the next image is mixed in where the mask is not, and so much of its targets."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.training.augment.fourier_mix import PART
from suite.training.augment.mixup import symmetric_beta
from suite.training.batch import Batch
from suite.training.recipe import Recipe
from tests.training.augment.by_hand import COUNT, apply, images, seen, uniforms

on_tensorflow = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="keras-cv is TensorFlow's")
HEIGHT, WIDTH = 20, 31


@on_tensorflow
@pytest.mark.parametrize("probability", [1.0, 0.5])
def test_pixels_are_of_one_image_or_the_next_and_shares_are_counted(probability: float) -> None:
    pixels, draws = images(height=HEIGHT, width=WIDTH), uniforms(PART.count(WIDTH))
    numbers = {"fourier_mix": 1.0, "fourier_mix_decay": 3.0, "fourier_mix_probability": probability}
    mixture = apply(PART, draws, **numbers)(Batch(ops.convert_to_tensor(pixels), {})).mixture
    weight, share = ops.convert_to_numpy(mixture.weight), ops.convert_to_numpy(mixture.share)
    got, own = seen(pixels, apply(PART, draws, **numbers)), pixels.astype("float32") + 1
    chosen = draws[:, 2] < probability
    wanted = ops.convert_to_numpy(symmetric_beta(*(ops.convert_to_tensor(draws[:, i]) for i in (0, 1)), 1.0))
    for number in range(COUNT):
        mask = weight[number] if chosen[number] else np.ones((HEIGHT, WIDTH), np.float32)
        other = own[(number + 1) % COUNT]
        np.testing.assert_array_equal(got[number], np.where(mask[..., None] == 1, own[number], other))
        assert share[number] == pytest.approx(mask.mean())
        if chosen[number]:
            assert share[number] == pytest.approx(wanted[number], abs=1 / (HEIGHT * WIDTH))


@on_tensorflow
def test_shapes_are_smooth() -> None:
    draws = uniforms(PART.count(32))
    changes = []
    for decay in (3.0, 0.0):
        step = apply(PART, draws, fourier_mix=5.0, fourier_mix_decay=decay, fourier_mix_probability=1.0)
        mask = ops.convert_to_numpy(step(Batch(ops.convert_to_tensor(images(height=32, width=32)), {})).mixture.weight)
        changes.append(np.abs(np.diff(mask, axis=1)).mean())
    assert changes[0] < 0.5 * changes[1]


@pytest.mark.parametrize("width", [1, 2, 7, 8, 32, 33, 64])
def test_there_are_draws_enough_for_any_width(width: int) -> None:
    assert PART.count(width) >= 3 + 4 * (width // 2 + 1 + width % 2)


def test_shapes_are_the_graphs_and_the_rest_is_not() -> None:
    one, other = Recipe(fourier_mix=1.0), Recipe(fourier_mix=0.2, fourier_mix_probability=0.5)
    assert one.structure() == other.structure() != Recipe(fourier_mix=1.0, fourier_mix_decay=2.0).structure()
    assert "fourier_mix" not in Recipe().identity()
