"""Tables against Pillow's operations, image by image, alone and one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras import ops
from PIL import Image, ImageEnhance, ImageOps

from suite.training.batch import Batch
from suite.training.pixels import tables

COUNT = 12


def pictures(side: int = 24) -> np.ndarray:
    """Noise of different ranges, flat areas, and an image of one colour."""
    random = np.random.default_rng(2)
    found = random.integers(0, 256, (COUNT, side, side + 3, 3))
    low, span = random.integers(0, 100, (COUNT, 1, 1, 3)), random.integers(1, 156, (COUNT, 1, 1, 3))
    found = low + found * span // 255
    found[:4, : side // 2] = found[:4, :1, :1]
    found[4] = 77
    return found.astype(np.uint8)


def looked_up(pixels: np.ndarray, *changes: Callable[[Any, Any], Any]) -> np.ndarray:
    batch = Batch(ops.convert_to_tensor(pixels), {})
    for change in changes:
        batch = batch.with_values(change(batch.values(), batch.counts()))
    return ops.convert_to_numpy(batch.pixels())


def by_pillow(pixels: np.ndarray, change: Callable[[Any, int], Any]) -> np.ndarray:
    return np.stack([np.asarray(change(Image.fromarray(image), number)) for number, image in enumerate(pixels)])


FACTORS = np.array([0, 0.1, 0.35, 0.5, 0.9, 1, 1.1, 1.35, 1.5, 1.9, 2, 1], np.float32)
BITS = np.array([8, 7, 6, 5, 4, 3, 2, 1, 8, 4, 3, 2], np.float32)
THRESHOLDS = np.array([0, 1, 10, 77, 78, 128, 200, 255, 256, 128, 100, 50], np.float32)

CASES: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, int], Any]]] = {
    "brightness": (
        lambda values, counts: tables.brightened(values, ops.convert_to_tensor(FACTORS)),
        lambda image, i: ImageEnhance.Brightness(image).enhance(float(FACTORS[i])),
    ),
    "contrast": (
        lambda values, counts: tables.contrasted(values, counts, ops.convert_to_tensor(FACTORS)),
        lambda image, i: ImageEnhance.Contrast(image).enhance(float(FACTORS[i])),
    ),
    "posterize": (
        lambda values, counts: tables.posterized(values, ops.convert_to_tensor(BITS)),
        lambda image, i: ImageOps.posterize(image, int(BITS[i])),
    ),
    "solarize": (
        lambda values, counts: tables.solarized(values, ops.convert_to_tensor(THRESHOLDS)),
        lambda image, i: ImageOps.solarize(image, int(THRESHOLDS[i])),
    ),
    "invert": (lambda values, counts: tables.inverted(values), lambda image, i: ImageOps.invert(image)),
    "autocontrast": (tables.stretched, lambda image, i: ImageOps.autocontrast(image)),
    "equalize": (tables.equalized, lambda image, i: ImageOps.equalize(image)),
}

NEARLY = {"contrast": 0.1, "autocontrast": 0.05}
"""Shares of the pixels that may differ by one: the mean gray is that of grays which are not rounded; Pillow's scale is
a rounded number."""


def compare(got: np.ndarray, expected: np.ndarray, share: float) -> None:
    away = np.abs(got.astype(int) - expected.astype(int))
    assert away.max() <= (1 if share else 0)
    assert (away > 0).mean() <= share


@pytest.mark.parametrize("name", CASES)
def test_equals_pillow(name: str) -> None:
    pixels, (ours, theirs) = pictures(), CASES[name]
    compare(looked_up(pixels, ours), by_pillow(pixels, theirs), NEARLY.get(name, 0.0))
    assert (looked_up(pixels, ours) != pixels).any()


@pytest.mark.parametrize(
    "names", [("posterize", "equalize"), ("solarize", "equalize"), ("equalize", "equalize"), ("invert", "brightness"),
              ("solarize", "posterize", "invert")],
)  # fmt: skip
def test_one_after_the_other_equals_pillow_one_after_the_other(names: tuple[str, ...]) -> None:
    """Without a look at the pixels in between: what is counted follows the values."""
    expected = pixels = pictures()
    for name in names:
        expected = by_pillow(expected, CASES[name][1])
    compare(looked_up(pixels, *(CASES[name][0] for name in names)), expected, 0.0)


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_counted_is_what_numpy_counts(channels: int) -> None:
    pixels = pictures()[..., :channels]
    got = ops.convert_to_numpy(Batch(ops.convert_to_tensor(pixels), {}).counts())
    for image, counted in zip(pixels, got, strict=True):
        for channel in range(channels):
            np.testing.assert_array_equal(counted[channel], np.bincount(image[..., channel].ravel(), minlength=256))


def test_neutral_amounts_change_nothing() -> None:
    pixels, ones = pictures(), ops.ones((COUNT,))
    got = looked_up(
        pixels,
        lambda values, counts: tables.brightened(values, ones),
        lambda values, counts: tables.contrasted(values, counts, ones),
        lambda values, counts: tables.posterized(values, 8 * ones),
        lambda values, counts: tables.solarized(values, 256 * ones),
    )
    np.testing.assert_array_equal(got, pixels)
