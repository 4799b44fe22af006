"""Affine maps against Pillow's, image by image, and together with flips and shifts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras import ops
from PIL import Image

from suite.training.augment import flip, shift
from suite.training.batch import Batch
from suite.training.pixels import affine
from tests.training.augment.by_hand import COUNT, HEIGHT, WIDTH, apply, flipped, images, normalize, shifted, uniforms

AMOUNTS = np.linspace(-1, 1, COUNT, dtype=np.float32)
MIDDLE = (WIDTH / 2, HEIGHT / 2)


def seen(pixels: np.ndarray, *steps: Callable[[Batch], Batch]) -> np.ndarray:
    batch = Batch(ops.convert_to_tensor(pixels), {})
    for step in steps:
        batch = step(batch)
    return ops.convert_to_numpy(batch.normalized(normalize))


RESAMPLING = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR}


def pillow(image: np.ndarray, matrix: tuple[float, ...], interpolation: str = "nearest") -> np.ndarray:
    """Normalised as by `normalize`, zero outside."""
    size = (image.shape[1], image.shape[0])
    moved = Image.fromarray(image).transform(size, Image.Transform.AFFINE, matrix, RESAMPLING[interpolation])
    inside = Image.fromarray(np.full(image.shape[:2], 255, np.uint8)).transform(size, Image.Transform.AFFINE, matrix)
    return (np.asarray(moved).astype("float32") + 1) * (np.asarray(inside) > 0)[..., None]


def about_the_middle(linear: np.ndarray, middle: tuple[float, float] = MIDDLE) -> tuple[float, ...]:
    """Pillow's six numbers, of places from the corner."""
    shift_x, shift_y = np.array(middle) - linear @ np.array(middle)
    return (linear[0, 0], linear[0, 1], shift_x, linear[1, 0], linear[1, 1], shift_y)


def turning(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


AMOUNT = ops.convert_to_tensor(AMOUNTS)
SLOPE, CORNER = 0.6137, (-MIDDLE[0], -MIDDLE[1])
MAPS: dict[str, tuple[Any, Callable[[float], tuple[float, ...]]]] = {
    "rotation": (affine.rotated(77.0 * AMOUNT), lambda a: about_the_middle(turning(77.0 * a))),
    "shear x": (
        affine.sheared(0.6137 * AMOUNT, 0 * AMOUNT, (-MIDDLE[0], -MIDDLE[1])),
        lambda a: (1, 0.6137 * a, 0, 0, 1, 0),
    ),
    "shear y": (
        affine.sheared(0 * AMOUNT, 0.6137 * AMOUNT, (-MIDDLE[0], -MIDDLE[1])),
        lambda a: (1, 0, 0, 0.6137 * a, 1, 0),
    ),
    "translation": (affine.translated(3.1 * AMOUNT, -2.2 * AMOUNT), lambda a: (1, 0, 3.1 * a, 0, 1, -2.2 * a)),
    "zoom": (affine.zoomed(1 + 0.55 * AMOUNT), lambda a: about_the_middle(np.eye(2) / (1 + 0.55 * a))),
}


@pytest.mark.parametrize("name", MAPS)
def test_equals_pillow(name: str) -> None:
    """Places that lie within rounding of two pixels' border may go to either."""
    pixels, (maps, theirs) = images(), MAPS[name]
    got = seen(pixels, lambda batch: batch.turned(maps))
    expected = np.stack([pillow(image, theirs(float(a))) for image, a in zip(pixels, AMOUNTS, strict=True)])
    assert (got != expected).any(axis=-1).mean() < 0.004
    assert (got == 0).any()


@pytest.mark.parametrize("name", MAPS)
def test_the_mean_of_four_equals_pillows(name: str) -> None:
    """A mean within rounding of a whole number may go to either side of it."""
    pixels, (maps, theirs) = images(), MAPS[name]
    got = seen(pixels, lambda batch: batch.turned(maps, bilinear=True))
    expected = [pillow(image, theirs(float(a)), "bilinear") for image, a in zip(pixels, AMOUNTS, strict=True)]
    away = np.abs(got - np.stack(expected))
    assert (away > 1).any(axis=-1).mean() < 0.004
    assert (away > 0).mean() < 0.03
    assert (got != seen(pixels, lambda batch: batch.turned(maps))).mean() > (0.1 if name != "shear" else 0)


@pytest.mark.parametrize("padding", ["zero", "reflect"])
def test_the_mean_of_four_is_of_the_shifted_and_mirrored_image_after_its_table(padding: str) -> None:
    pixels, draws, mirror = images(height=9, width=9), uniforms(2), uniforms(1, 4)
    maps = affine.rotated(0 * AMOUNT + 30.0)
    got = seen(
        pixels,
        apply(shift.PART, draws, shift=2, shift_padding=padding),
        apply(flip.PART, mirror, flip=True),
        lambda batch: batch.with_values(255.0 - batch.values()),
        lambda batch: batch.turned(maps, bilinear=True),
    )
    for number, image in enumerate(pixels):
        mode = {"zero": "edge"}.get(padding, padding)  # beyond an edge the mean takes the edge, what is seen is zero
        inverted = flipped(shifted(255 - image, draws[number], 2, mode), mirror[number])
        inside = flipped(shifted(np.ones((9, 9, 1)), draws[number], 2, "constant"), mirror[number])
        inside = inside if padding == "zero" else np.ones_like(inside)
        expected = pillow(inverted, about_the_middle(turning(30.0), (4.5, 4.5)), "bilinear")
        where = pillow((inside * 254).astype(np.uint8).repeat(3, axis=-1), about_the_middle(turning(30.0), (4.5, 4.5)))
        away = np.abs(got[number] - expected * (where > 1))
        assert (away > 1.5).any(axis=-1).mean() < 0.03


def test_without_a_move_the_mean_of_four_is_the_pixel() -> None:
    pixels = images()
    got = seen(pixels, lambda batch: batch.turned(affine.rotated(0 * AMOUNT), bilinear=True))
    np.testing.assert_array_equal(got, pixels.astype("float32") + 1)


def test_the_turn_is_pillows_rotate() -> None:
    pixels = images(height=8, width=8)
    got = seen(pixels, lambda batch: batch.turned(affine.rotated(77.0 * AMOUNT)))
    for image, amount, result in zip(pixels, AMOUNTS, got, strict=True):
        expected = np.asarray(Image.fromarray(image).rotate(77.0 * float(amount))).astype("float32") + 1
        assert ((result != expected).any(axis=-1) & (result != 0).any(axis=-1)).mean() < 0.05


def test_two_maps_are_one_and_the_second_acts_on_the_firsts_result() -> None:
    pixels = images(height=9, width=9)
    quarter = affine.rotated(0 * AMOUNT + 90.0)
    right = affine.translated(0 * AMOUNT - 2.0, 0 * AMOUNT)
    got = seen(pixels, lambda batch: batch.turned(quarter), lambda batch: batch.turned(right))
    turned = np.rot90(pixels.astype("float32") + 1, axes=(1, 2))
    expected = np.zeros_like(turned)
    expected[:, :, 2:] = turned[:, :, :-2]
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("padding", ["zero", "reflect"])
def test_flips_and_shifts_come_first(padding: str) -> None:
    pixels, draws, mirror = images(height=9, width=9), uniforms(2), uniforms(1, 4)
    got = seen(
        pixels,
        apply(shift.PART, draws, shift=2, shift_padding=padding),
        apply(flip.PART, mirror, flip=True),
        lambda batch: batch.turned(affine.rotated(0 * AMOUNT + 90.0)),
    )
    for number, image in enumerate(pixels):
        mode = {"zero": "constant"}.get(padding, padding)
        expected = flipped(shifted(image.astype("float32") + 1, draws[number], 2, mode), mirror[number])
        np.testing.assert_array_equal(got[number], np.rot90(expected))
