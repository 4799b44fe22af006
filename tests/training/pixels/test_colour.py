"""Colours against Pillow and the standard library's HSV."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras import ops
from PIL import Image, ImageEnhance, ImageFilter

from suite.training.batch import Batch
from suite.training.pixels import colour
from tests.training.pixels.test_tables import COUNT, FACTORS, by_pillow, pictures

OPERATIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, int], Any]]] = {
    "saturation": (
        lambda images: colour.saturated(images, ops.convert_to_tensor(FACTORS)),
        lambda image, i: ImageEnhance.Color(image).enhance(float(FACTORS[i])),
    ),
    "sharpness": (
        lambda images: colour.sharpened(images, ops.convert_to_tensor(FACTORS)),
        lambda image, i: ImageEnhance.Sharpness(image).enhance(float(FACTORS[i])),
    ),
    "gray": (colour.grayed, lambda image, i: image.convert("L").convert("RGB")),
    "smooth": (colour.smoothed, lambda image, i: image.filter(ImageFilter.SMOOTH)),
}


def recoloured(pixels: np.ndarray, change: Callable[[Any], Any]) -> np.ndarray:
    return ops.convert_to_numpy(Batch(ops.convert_to_tensor(pixels), {}).recoloured(change).pixels())


@pytest.mark.parametrize("name", OPERATIONS)
def test_equals_pillow(name: str) -> None:
    pixels, (ours, theirs) = pictures(), OPERATIONS[name]
    away = np.abs(recoloured(pixels, ours).astype(int) - by_pillow(pixels, theirs).astype(int))
    assert away.max() <= (0 if name == "gray" else 2 if name == "sharpness" else 1)
    assert (away > 0).mean() <= 0.01


def test_a_turned_hue_is_the_standard_librarys() -> None:
    pixels = pictures(6)
    turns = np.linspace(-0.5, 0.5, COUNT, dtype=np.float32)
    got = recoloured(pixels, lambda images: colour.hue_turned(images, ops.convert_to_tensor(turns)))
    for image, turn, result in zip(pixels, turns, got, strict=True):
        for pixel, seen in zip(image.reshape(-1, 3), result.reshape(-1, 3), strict=True):
            hue, saturation, value = colorsys.rgb_to_hsv(*(pixel / 255))
            expected = np.array(colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)) * 255
            assert np.abs(expected - seen).max() <= 0.51


def test_images_without_three_channels_have_no_colour() -> None:
    pixels = pictures()[..., :1]
    half = ops.convert_to_tensor(np.full(COUNT, 0.5, np.float32))
    for change in (lambda images: colour.saturated(images, half), lambda images: colour.hue_turned(images, half)):
        np.testing.assert_array_equal(recoloured(pixels, change), pixels)


def test_values_are_looked_up_before_colours_and_after_them() -> None:
    """A table, a colour, a table: Pillow's chain."""
    from suite.training.pixels import tables

    pixels, factor = pictures(), ops.convert_to_tensor(FACTORS)
    batch = Batch(ops.convert_to_tensor(pixels), {})
    batch = batch.with_values(tables.equalized(batch.values(), batch.counts()))
    batch = batch.recoloured(lambda images: colour.saturated(images, factor))
    batch = batch.with_values(tables.posterized(batch.values(), 0 * factor + 3))

    def theirs(image: Image.Image, number: int) -> Any:
        from PIL import ImageOps

        return ImageOps.posterize(ImageEnhance.Color(ImageOps.equalize(image)).enhance(float(FACTORS[number])), 3)

    got, expected = ops.convert_to_numpy(batch.pixels()), by_pillow(pixels, theirs)
    assert (got != expected).mean() < 0.01
