"""Vertical flips against numpy, image by image; boxes follow."""

from __future__ import annotations

import numpy as np
from keras import ops

from suite.training.augment.vertical_flip import PART
from suite.training.batch import Batch
from tests.training.augment.by_hand import COUNT, apply, images, seen, uniforms


def test_equals_the_same_by_hand() -> None:
    pixels, draws = images(), uniforms(PART.draws)
    got = seen(pixels, apply(PART, draws, vertical_flip=True))
    expected = [image[::-1] if draw[0] < 0.5 else image for image, draw in zip(pixels, draws, strict=True)]
    np.testing.assert_array_equal(got, np.stack(expected).astype("float32") + 1)
    assert 0.3 < (draws < 0.5).mean() < 0.7


def test_a_box_is_turned_with_its_image() -> None:
    draws = np.tile(np.array([[0.0], [0.9]], np.float32), (COUNT // 2, 1))
    batch = apply(PART, draws, vertical_flip=True)(Batch(ops.convert_to_tensor(images()), {}))
    boxes = np.tile(np.array([0.1, 0.2, 0.5, 0.6], np.float32), (COUNT, 1))
    got = ops.convert_to_numpy(batch.placed(ops.convert_to_tensor(boxes)))
    np.testing.assert_allclose(got[0::2], boxes[0::2] * 0 + np.array([0.1, 0.4, 0.5, 0.8]), atol=1e-6)
    np.testing.assert_allclose(got[1::2], boxes[1::2], atol=1e-6)
