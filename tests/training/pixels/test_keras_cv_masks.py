"""Masks through keras-cv, against the definitions recomputed with numpy from the same draws."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from suite.core.refusals import Refusal
from suite.training.pixels.keras_cv_masks import fourier, grids, spectrum_width

on_tensorflow = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="keras-cv is TensorFlow's")
SIZES = [(32, 32), (24, 32), (15, 21)]


def draws(count: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(3).random((count, *shape), dtype=np.float32)


def by_hand(ratio: float, unit: float, right: float, down: float, size: tuple[int, int]) -> np.ndarray:
    """A grid that is not turned, on the square whose side is the diagonal, and the middle of it.

    keras-cv makes so many units as fill the square from its corner: where the grid begins before it, the last of them
    may be missing at the other end.
    """
    height, width = size
    side = int(np.ceil(np.hypot(height, width)))
    low, high = min(height * 0.5, width * 0.3), max(height * 0.5, width * 0.3) + 1
    length = low + unit * (high - low)
    places = [(np.arange(side) + shift * length) / length for shift in (right, down)]
    lines = [(place % 1 >= 1 - ratio) & (place < side // length + 1) for place in places]
    top, left = (side - height) // 2, (side - width) // 2
    return np.outer(lines[1], lines[0])[top : top + height, left : left + width]


@on_tensorflow
@pytest.mark.parametrize("size", SIZES)
def test_grids_that_are_not_turned(size: tuple[int, int]) -> None:
    uniforms, ratios = draws(40, 4), draws(40)
    uniforms[:, 3] = 0.5
    found = ops.convert_to_numpy(grids(ops.convert_to_tensor(ratios), ops.convert_to_tensor(uniforms), size))
    wanted = np.stack([by_hand(ratio, *row[:3], size) for ratio, row in zip(ratios, uniforms, strict=True)])
    assert found.shape == (40, *size)
    assert (found != wanted).mean() < 0.002, "but for edges that rounding puts on a pixel"


@on_tensorflow
def test_turned_grids_cover_as_much_and_other_pixels() -> None:
    uniforms, ratios = draws(60, 4), ops.full((60,), 0.5)
    straight = uniforms.copy()
    straight[:, 3] = 0.5
    turned, plain = (
        ops.convert_to_numpy(grids(ratios, ops.convert_to_tensor(u), (64, 64))) for u in (uniforms, straight)
    )
    assert plain.mean() == pytest.approx(0.25, abs=0.03)
    assert plain.mean() <= turned.mean() < plain.mean() + 0.06, "a pixel that is touched counts"
    assert (turned != plain).mean() > 0.1


@on_tensorflow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decay", [3.0, 1.5])
def test_masks_of_low_frequencies(size: tuple[int, int], decay: float) -> None:
    height, width = size
    across = spectrum_width(width)
    shares, normals = draws(20), np.random.default_rng(4).normal(size=(20, 2, across, 2)).astype(np.float32)
    found = ops.convert_to_numpy(fourier(ops.convert_to_tensor(shares), ops.convert_to_tensor(normals), decay, size))
    assert found.shape == (20, height, width)
    assert set(np.unique(found)) <= {0.0, 1.0}
    frequencies = np.hypot(np.fft.fftfreq(width)[:across], np.fft.fftfreq(height)[:2, None])
    scale = 1 / np.maximum(frequencies, 1 / max(size)) ** decay
    for mask, share, rows in zip(found, shares, normals, strict=True):
        first, second = scale[:, :, None] * rows
        values = np.fft.irfft2(first + 1j * second, s=size, axes=(0, 1)).ravel()
        level = np.sort(values)[::-1]
        count = int(np.rint(share * values.size))
        assert mask.sum() == count
        clear = np.abs(values - level[min(count, values.size - 1)]) > 1e-4 * np.ptp(values)
        wanted = values > level[min(count, values.size - 1)]
        np.testing.assert_array_equal(mask.ravel()[clear].astype(bool), wanted[clear])


@on_tensorflow
def test_equal_draws_give_equal_masks_whatever_was_drawn_before() -> None:
    uniforms, ratios = ops.convert_to_tensor(draws(8, 4)), ops.convert_to_tensor(draws(8))
    first = ops.convert_to_numpy(grids(ratios, uniforms, (32, 32)))
    ops.convert_to_numpy(keras.random.uniform((5,)))
    np.testing.assert_array_equal(ops.convert_to_numpy(grids(ratios, uniforms, (32, 32))), first)


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="TensorFlow has it")
def test_another_backend_is_refused() -> None:
    with pytest.raises(Refusal, match=r"recipe\.grid_mask is computed by keras-cv"):
        grids(ops.ones((1,)), ops.ones((1, 4)), (8, 8))
    with pytest.raises(Refusal, match="take backend=tensorflow"):
        fourier(ops.ones((1,)), ops.ones((1, 2, 5, 2)), 3.0, (8, 8))
