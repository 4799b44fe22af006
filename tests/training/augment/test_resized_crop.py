"""Random resized crops against Pillow's crop and resize, image by image."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from suite.training.augment.resized_crop import PART
from suite.training.recipe import Recipe
from tests.training.augment.by_hand import apply, images, seen, uniforms

HEIGHT, WIDTH = 20, 26


def part(draw: np.ndarray, least: float, ratio: float) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the crop."""
    area = (least + draw[0] * (1 - least)) * HEIGHT * WIDTH
    shape = ratio ** (2 * draw[1] - 1)
    rows = int(np.clip(np.round(np.sqrt(area / shape)), 1, HEIGHT))
    columns = int(np.clip(np.round(np.sqrt(area * shape)), 1, WIDTH))
    top, left = int(draw[2] * (HEIGHT - rows + 1)), int(draw[3] * (WIDTH - columns + 1))
    return left, top, left + columns, top + rows


@pytest.mark.parametrize(("least", "ratio"), [(0.08, 4 / 3), (0.5, 1.0), (0.25, 2.0)])
def test_equals_pillow(least: float, ratio: float) -> None:
    pixels, draws = images(height=HEIGHT, width=WIDTH), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, resized_crop=least, resized_crop_ratio=ratio)) - 1
    for image, draw, result in zip(pixels, draws, got, strict=True):
        cropped = Image.fromarray(image).crop(part(draw, least, ratio))
        expected = np.asarray(cropped.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)).astype(float)
        assert np.abs(result - expected).max() <= 1


def test_the_whole_image_is_the_image_and_the_part_is_off() -> None:
    square = images(height=8, width=8)
    draws = np.full((len(square), 4), 0.5, np.float32)
    np.testing.assert_array_equal(
        seen(square, apply(PART, draws, resized_crop=1.0, resized_crop_ratio=1.0)), square.astype("float32") + 1
    )
    assert Recipe(resized_crop=1.0).transforms == ()
    assert [found.name for found in Recipe(resized_crop=0.08).transforms] == ["resized_crop"]
