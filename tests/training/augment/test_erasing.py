"""Random erasing: rectangles of the paper's areas and shapes, wholly within the image, as often as asked."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops

from suite.training.augment.erasing import PART
from suite.training.batch import Batch
from suite.training.recipe import Recipe

COUNT, HEIGHT, WIDTH = 4000, 32, 24


def erased(probability: float, area: float = 0.4) -> np.ndarray:
    """(n, H, W): true where a pixel is erased."""
    uniforms = np.random.default_rng(0).random((COUNT, PART.draws), dtype=np.float32)
    batch = Batch(np.zeros((COUNT, HEIGHT, WIDTH, 1), np.uint8), {})
    numbers = {"erasing": probability, "erasing_area": area}
    return ~ops.convert_to_numpy(PART.apply(batch, ops.convert_to_tensor(uniforms), numbers).kept)


def test_rectangles_have_the_areas_and_shapes_that_are_asked_for() -> None:
    found = erased(1.0, area=0.3)
    rows, columns = found.any(axis=2).sum(axis=1), found.any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(found.sum(axis=(1, 2)), rows * columns)  # each is a whole rectangle
    share = rows * columns / (HEIGHT * WIDTH)
    assert share.min() >= 0.01
    assert share.max() <= 0.33  # sides are whole pixels
    free = (rows < HEIGHT) & (columns < WIDTH)
    assert np.median(share[free]) == pytest.approx((0.02 + 0.3) / 2, abs=0.015)
    ratio = rows[free] / columns[free]
    large = share[free] > 0.1
    assert np.quantile(ratio[large], [0.0, 1.0]) == pytest.approx([0.3, 1 / 0.3], rel=0.2)
    assert np.median(np.log(ratio)) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("probability", [0.25, 0.5])
def test_so_many_images_lose_one(probability: float) -> None:
    assert erased(probability).any(axis=(1, 2)).mean() == pytest.approx(probability, abs=0.025)


def test_every_place_can_be_erased_and_none_more_often_than_the_middle() -> None:
    often = erased(1.0).mean(axis=0)
    assert often.min() > 0.002
    assert often.max() == pytest.approx(often[HEIGHT // 2, WIDTH // 2], abs=0.03)


def test_its_probability_is_a_variable_and_its_presence_the_graphs() -> None:
    off, on, more = Recipe(), Recipe(erasing=0.25), Recipe(erasing=0.5, erasing_area=0.2)
    assert on.structure() == more.structure() != off.structure()
    assert "erasing" not in off.identity()
