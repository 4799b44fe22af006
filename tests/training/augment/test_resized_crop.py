"""Random resized crops against Pillow's crop and resize, image by image."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops
from PIL import Image

from suite.training.augment import flip, shift
from suite.training.augment.resized_crop import PART
from suite.training.batch import Batch
from suite.training.recipe import Recipe, parts
from tests.training.augment.by_hand import apply, images, seen, uniforms

HEIGHT, WIDTH = 20, 26


def part(
    draw: np.ndarray, least: float, ratio: float, height: int = HEIGHT, width: int = WIDTH
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the crop."""
    area = (least + draw[0] * (1 - least)) * height * width
    shape = ratio ** (2 * draw[1] - 1)
    rows = int(np.clip(np.round(np.sqrt(area / shape)), 1, height))
    columns = int(np.clip(np.round(np.sqrt(area * shape)), 1, width))
    top, left = int(draw[2] * (height - rows + 1)), int(draw[3] * (width - columns + 1))
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


LARGER = 56, 70
"""Height and width of the images that crops are taken from; what they become is HEIGHT x WIDTH."""


def larger() -> tuple[np.ndarray, np.ndarray]:
    return images(height=LARGER[0], width=LARGER[1]), uniforms(PART.draws)


def cropped(least: float = 0.08, ratio: float = 4 / 3) -> Batch:
    pixels, draws = larger()
    batch = Batch(ops.convert_to_tensor(pixels), {}, view=(HEIGHT, WIDTH))
    return apply(PART, draws, resized_crop=least, resized_crop_ratio=ratio)(batch)


@pytest.mark.parametrize(("least", "ratio"), [(0.02, 4 / 3), (0.08, 4 / 3), (0.5, 1.0), (0.9, 3.0)])
def test_from_larger_pixels_it_equals_pillow_with_antialiasing(least: float, ratio: float) -> None:
    """Pillow's own filter on floating-point pixels, a channel at a time, so that nothing is rounded in between."""
    pixels, draws = larger()
    got = ops.convert_to_numpy(cropped(least, ratio).pixels())
    assert got.shape == (len(pixels), HEIGHT, WIDTH, 3)
    smaller = 0
    for image, draw, result in zip(pixels, draws, got, strict=True):
        left, top, right, bottom = box = part(draw, least, ratio, *LARGER)
        smaller += right - left > WIDTH or bottom - top > HEIGHT
        for channel in range(3):
            plane = Image.fromarray(image[..., channel].astype(np.float32)).crop(box)
            exact = np.asarray(plane.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))
            assert np.abs(result[..., channel] - exact).max() <= 0.5 + 1e-3
    assert smaller > len(pixels) / 4, "most sides become smaller here, where weights of neighbours alone would differ"


def test_what_comes_after_it_sees_images_of_the_networks_size() -> None:
    pixels, _ = larger()
    batch = cropped()
    plain = ops.convert_to_numpy(batch.pixels())
    moved = apply(flip.PART, np.zeros((len(pixels), 1), np.float32))(batch)
    np.testing.assert_array_equal(ops.convert_to_numpy(moved.pixels()), plain[:, :, ::-1])
    shifted = apply(shift.PART, np.full((len(pixels), 2), 0.999, np.float32), shift=2, shift_padding="reflect")(batch)
    np.testing.assert_array_equal(ops.convert_to_numpy(shifted.pixels())[:, :-2, :-2], plain[:, 2:, 2:])
    orders = {transform.order for transform in parts("augment").values() if not transform.from_larger}
    assert min(orders) > PART.order, "it has to be the first"


def test_boxes_follow_the_crop_from_larger_pixels() -> None:
    """One bright box: where it is seen of a crop, by the pixels themselves."""
    count, (height, width) = 64, LARGER
    pixels, (left, top, right, bottom) = np.zeros((count, height, width, 1), np.uint8), (20, 16, 50, 44)
    pixels[:, top:bottom, left:right] = 255
    box = np.tile(np.float32([left / width, top / height, right / width, bottom / height]), (count, 1))
    batch = Batch(ops.convert_to_tensor(pixels), {}, view=(HEIGHT, WIDTH))
    batch = apply(PART, uniforms(PART.draws), resized_crop=0.2, resized_crop_ratio=4 / 3)(batch)
    placed = ops.convert_to_numpy(batch.placed(ops.convert_to_tensor(box)))
    for image, edges in zip(ops.convert_to_numpy(batch.pixels())[..., 0] >= 128, placed, strict=True):
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        if not len(rows):
            assert (edges[2] - edges[0]) * (edges[3] - edges[1]) < 0.01
            continue
        seen = columns[0] / WIDTH, rows[0] / HEIGHT, (columns[-1] + 1) / WIDTH, (rows[-1] + 1) / HEIGHT
        np.testing.assert_allclose(edges, seen, atol=0.55 / HEIGHT)
