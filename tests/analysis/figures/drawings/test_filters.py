"""The sheet of a first layer's filters, from records made up by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from suite.analysis.figures.drawings.filters import ACROSS, pictures, tiled
from suite.analysis.folder.reading import Records

ROWS = pd.DataFrame({"candidate": ["net"], "track": ["shared"]})


def kept(filters: np.ndarray) -> Records:
    study: dict[str, Any] = {"candidates": {"net": {}}, "tracks": ["shared"]}
    return Records(study, pd.DataFrame(), {"net/shared/final/0/filters": filters.astype(np.float16)}, (), {})


@pytest.mark.parametrize("channels", [1, 3])
def test_zero_is_gray_and_the_largest_weight_of_each_filter_is_an_end(channels: int) -> None:
    filters = np.zeros((ACROSS + 1, 3, 3, channels))
    filters[0, 0, 0, 0], filters[ACROSS, 2, 1, -1] = 4.0, -0.01
    sheet = tiled(filters)
    assert sheet.shape == (2 * 4 - 1, ACROSS * 4 - 1, 4)
    assert sheet[0, 0, 0] == 1.0
    assert sheet[4 + 2, 1, 2] == 0.0, "the first filter of the second row, by its own largest weight"
    assert (sheet[1, 1, :3] == 0.5).all()
    assert sheet[3, :, 3].max() == 0.0, "a transparent line between the rows"


def test_a_filter_that_is_all_zero_is_gray() -> None:
    assert (tiled(np.zeros((1, 2, 2, 3)))[..., :3] == 0.5).all()


def test_what_cannot_be_seen_is_not_drawn() -> None:
    filters = np.ones((4, 3, 3, 3))
    (picture,) = pictures(kept(filters), ROWS)
    assert picture.name == "filters-net-shared"
    assert "The first 4 filters" in picture.caption
    assert list(pictures(kept(np.ones((4, 1, 1, 3))), ROWS)) == [], "single pixels"
    assert list(pictures(kept(np.ones((4, 3, 3, 5))), ROWS)) == [], "no colours"
    assert list(pictures(Records({"candidates": {"net": {}}}, pd.DataFrame(), {}, (), {}), ROWS)) == []


def test_what_the_first_layer_makes_of_an_image_is_drawn_with_its_class() -> None:
    run = "net/shared/final/0"
    shared = {"examples": np.array([7, 9]), "labels": np.full(10, 1)}
    arrays = {f"{run}/first_maps": np.ones((3, 8, 8), np.float16), **shared}
    study = {"candidates": {"net": {}}, "tracks": ["shared"], "data": {"class_names": ["cat", "dog"]}}
    (picture,) = pictures(Records(study, pd.DataFrame(), arrays, (), {}), ROWS)
    assert picture.name == "maps-net-shared"
    assert "The first 3 maps of its first final run for test image 7: dog." in picture.caption
