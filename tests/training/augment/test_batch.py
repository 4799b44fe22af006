"""Augmentation against numpy's pad, slice and flip, image by image."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops
from suite.training.augmentation import DRAWS, Augmentation

COUNT, HEIGHT, WIDTH = 64, 6, 9


def normalize(images: object) -> object:
    return ops.cast(images, "float32") + 1.0


def by_hand(image: np.ndarray, draws: np.ndarray, how: Augmentation) -> np.ndarray:
    """The same with numpy, one image after the other: pad, crop, flip, cut out."""
    shift = how.shift
    padded = np.pad(
        image.astype("float32") + 1.0,
        ((shift, shift), (shift, shift), (0, 0)),
        mode="reflect" if how.reflect else "constant",
    )
    top, left = (int(draw * (2 * shift + 1)) for draw in draws[1:3])
    moved = padded[top : top + HEIGHT, left : left + WIDTH]
    if how.flip and draws[0] < 0.5:
        moved = moved[:, ::-1]
    moved = moved.copy()
    if how.cutout:
        row, column = int(draws[3] * HEIGHT) - how.cutout // 2, int(draws[4] * WIDTH) - how.cutout // 2
        moved[max(row, 0) : max(row + how.cutout, 0), max(column, 0) : max(column + how.cutout, 0)] = 0
    return moved


@pytest.mark.parametrize(
    "how",
    [
        Augmentation(flip=True, shift=0, reflect=False, cutout=0),
        Augmentation(flip=False, shift=2, reflect=False, cutout=0),
        Augmentation(flip=False, shift=5, reflect=True, cutout=0),
        Augmentation(flip=True, shift=3, reflect=False, cutout=0),
        Augmentation(flip=False, shift=0, reflect=False, cutout=3),
        Augmentation(flip=True, shift=2, reflect=True, cutout=4),
    ],
    ids=str,
)
def test_equals_the_same_by_hand(how: Augmentation) -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (COUNT, HEIGHT, WIDTH, 3), dtype=np.uint8)
    draws = random.random((COUNT, DRAWS), dtype=np.float32)
    got = ops.convert_to_numpy(how(ops.convert_to_tensor(images), ops.convert_to_tensor(draws), normalize))
    for image, draw, result in zip(images, draws, got, strict=True):
        np.testing.assert_allclose(result, by_hand(image, draw, how), rtol=1e-6)


def test_the_largest_draw_stays_within_the_image() -> None:
    draws = np.full((2, DRAWS), np.nextafter(np.float32(1), np.float32(0)), dtype="float32")
    images = np.full((2, HEIGHT, WIDTH, 1), 7, dtype=np.uint8)
    how = Augmentation(flip=True, shift=2, reflect=True, cutout=1)
    got = ops.convert_to_numpy(how(ops.convert_to_tensor(images), ops.convert_to_tensor(draws), normalize))
    assert got[0, -1, -1, 0] == 0
    assert (got == 8).sum() == 2 * (HEIGHT * WIDTH - 1)


def test_nothing_to_do_is_not_active() -> None:
    assert not Augmentation(flip=False, shift=0, reflect=True, cutout=0).active
    assert Augmentation(flip=False, shift=0, reflect=False, cutout=1).active
