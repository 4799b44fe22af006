from __future__ import annotations

import numpy as np
import pytest

from suite import models, tasks
from suite.core.directories import (
    EXAMPLE,
    EXAMPLE_PICTURE,
    FILTERS,
    FIRST_MAPS,
    LOOKED,
    MISTAKE,
    MISTAKE_PICTURE,
    TRACE,
)
from suite.training import keeping
from suite.training.preprocessing import Preprocessing

IMAGES = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3)).astype(np.uint8)
TEST = np.array([40, 3, 17, 22, 9, 31])
PREDICTED = {
    "predicted": np.array([0, 1, 2, 3, 4, 5], np.int32),
    "confidence": np.array([0.9, 0.6, 0.8, 0.99, 0.8, 0.5], np.float32),
    "top5_hit": np.ones(6, bool),
    "label": np.array([0, 2, 0, 3, 0, 5], np.int32),
}


def test_the_surest_mistakes_are_kept_with_their_own_pixels() -> None:
    found = keeping.of_test(tasks.get("classification"), PREDICTED, IMAGES, TEST)
    assert found[MISTAKE].tolist() == [2, 4, 1], "wrong ones alone, the surest first, of equals the first"
    np.testing.assert_array_equal(found[MISTAKE_PICTURE], IMAGES[[17, 9, 3]])
    assert found[EXAMPLE].tolist() == [0, 1, 2, 3, 4, 5], "few as they are"
    np.testing.assert_array_equal(found[EXAMPLE_PICTURE], IMAGES[TEST])
    assert found.keys() == {*PREDICTED, EXAMPLE, EXAMPLE_PICTURE, MISTAKE, MISTAKE_PICTURE}


def test_who_makes_no_mistake_keeps_none() -> None:
    right = PREDICTED | {"label": PREDICTED["predicted"]}
    found = keeping.of_test(tasks.get("classification"), right, IMAGES, TEST)
    assert found.keys() == {*PREDICTED, EXAMPLE, EXAMPLE_PICTURE}


def test_of_a_network_its_filters_and_its_layers_are_kept() -> None:
    found = keeping.of_net(models.build("lenet5", (32, 32, 1), 10))
    assert found.keys() == {FILTERS, TRACE}
    assert found[FILTERS].shape == (6, 5, 5, 1)
    assert found[TRACE].shape[0] == 4
    assert found[TRACE][2].sum() == 61_706


def test_no_more_are_kept_than_a_page_shows() -> None:
    confidence = np.linspace(0, 1, 100)
    places = keeping.surest_mistakes(np.zeros(100, bool), confidence)
    assert places.tolist() == list(range(99, 99 - keeping.MOST, -1))


@pytest.mark.parametrize(("shape", "wanted"), [((64, 64), (64, 64)), ((128, 96), (64, 48)), ((130, 131), (43, 43))])
def test_larger_images_are_means_of_squares(shape: tuple[int, int], wanted: tuple[int, int]) -> None:
    images = np.full((2, *shape, 1), 7, np.uint8)
    images[0, :2, :2, 0] = [[0, 4], [8, 12]]
    found = keeping.reduced(images)
    assert found.shape == (2, *wanted, 1)
    assert found.dtype == np.uint8
    if shape == (128, 96):
        assert found[0, 0, 0, 0] == 6
        assert found[1].min() == found[1].max() == 7


@pytest.mark.parametrize(
    ("shape", "most"), [((32, 32, 3), 128), ((64, 64, 3), 32), ((128, 96, 3), 43), ((8, 8, 1), 128), ((64, 64, 1), 97)]
)
def test_examples_are_evenly_apart_and_have_room_together(shape: tuple[int, int, int], most: int) -> None:
    places = keeping.spread(10_000, shape)
    assert len(places) == most
    assert (places[0], places[-1]) == (0, 9_999)
    assert set(np.diff(places)) <= {9_999 // (most - 1), 9_999 // (most - 1) + 1}


def test_where_a_network_looks_is_kept_of_the_examples() -> None:
    net = models.build("resnet8", (8, 8, 3), 10)
    seen = Preprocessing((0.5,) * 3, (0.25,) * 3, (8, 8, 3), tuple("abcdefghij"))
    found = keeping.looked(net, seen, IMAGES[:3], np.array([0, 2, 5]))
    assert found.keys() == {LOOKED, FIRST_MAPS}
    assert found[LOOKED].shape[0] == 3
    assert keeping.looked(models.build("mlp", (8, 8, 3), 10), seen, IMAGES[:1], np.array([0])) == {}
