"""Means of four pixels against scipy's interpolation, and look-ups of several tables at once against indexing."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops
from scipy.ndimage import map_coordinates

from suite.training.batch import Batch
from suite.training.pixels import bilinear

COUNT, HEIGHT, WIDTH = 6, 9, 12


def wild_maps() -> np.ndarray:
    """(COUNT, 2, 3): turned, sheared and moved, here and there far out of the image."""
    random = np.random.default_rng(3)
    scale = np.float32([[0.4, 0.4, 3], [0.4, 0.4, 3]])
    return (np.float32([[1, 0, 0], [0, 1, 0]]) + random.normal(size=(COUNT, 2, 3)) * scale).astype("float32")


@pytest.mark.parametrize(("first", "count"), [(0, 6), (3, 3), (1, 2)])
def test_means_are_scipys_and_beyond_the_image_its_edge(first: int, count: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (COUNT, HEIGHT, WIDTH, 6), dtype=np.uint8)
    maps = wild_maps()
    found = bilinear.corners(ops.convert_to_tensor(images))
    got, inside = map(ops.convert_to_numpy, bilinear.means(found, ops.convert_to_tensor(maps), first, count))
    assert got.shape == (COUNT, HEIGHT, WIDTH, count)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    y, x = y - (HEIGHT - 1) / 2, x - (WIDTH - 1) / 2
    for number, ((a, b, c), (d, e, f)) in enumerate(maps.astype(float)):
        columns, rows = a * x + b * y + c + (WIDTH - 1) / 2, d * x + e * y + f + (HEIGHT - 1) / 2
        for channel in range(count):
            plane = images[number, ..., first + channel].astype(float)
            exact = map_coordinates(plane, [rows, columns], order=1, mode="nearest")
            away = exact - got[number, ..., channel]
            assert away.min() > -2e-3 and away.max() < 1 + 1e-3  # noqa: PT018
        expected = (rows > -0.5) & (rows < HEIGHT - 0.5) & (columns > -0.5) & (columns < WIDTH - 0.5)
        assert (inside[number] == expected).mean() > 0.99, "but for a place on the very edge"
    assert 0.2 < inside.mean() < 0.95


def test_several_tables_are_looked_up_at_once() -> None:
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (COUNT, HEIGHT, WIDTH, 3), dtype=np.uint8)
    tables = random.integers(0, 256, (COUNT, 3, 256, 2)).astype("float32")
    got = ops.convert_to_numpy(Batch(ops.convert_to_tensor(images), {}).versions(ops.convert_to_tensor(tables)))
    for number, image in enumerate(images):
        for version in range(2):
            for channel in range(3):
                expected = tables[number, channel, image[..., channel], version]
                np.testing.assert_array_equal(got[number, ..., 3 * version + channel], expected)
