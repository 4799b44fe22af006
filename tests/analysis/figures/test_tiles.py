from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis import rendering
from suite.analysis.figures.tiles import Tile, counted, draw_tiles, heated, kept, looked, short
from suite.analysis.folder import reading
from suite.core.directories import EXAMPLE_PICTURE, LOOKED
from tests.analysis.conftest import Store


def tiles(count: int, channels: int = 3, lines: int = 2) -> list[Tile]:
    pixels = np.arange(8 * 8 * channels, dtype=np.uint8).reshape(8, 8, channels)
    return [Tile(pixels, tuple(f"line {line}" for line in range(lines)), f"image {number}") for number in range(count)]


@pytest.mark.parametrize("groups", [[("", tiles(12))], [("a is right", tiles(7)), ("b is right", tiles(1, 1, 3))]])
def test_tiles_are_whole_and_the_same_bytes_each_time(groups: list[tuple[str, list[Tile]]]) -> None:
    svg = draw_tiles(groups)
    assert svg == draw_tiles(groups)
    root = ET.fromstring(svg)
    assert sum(element.tag.endswith("image") for element in root.iter()) == sum(len(group) for _, group in groups)
    titles = [element.text for element in root.iter() if element.tag.endswith("title")]
    assert titles == [tile.text for _, group in groups for tile in group]
    height = float(str(root.get("viewBox")).split()[-1])
    lowest = max(float(y) for y in re.findall(r'(?:translate\([\d.]+ | y=")([\d.]+)', svg))
    assert lowest < height, "nothing is cut off"


def test_what_seeds_say_is_counted() -> None:
    assert counted({"cat": 3}) == "cat"
    assert counted({"ox": 1, "dog": 1, "cat": 2}) == "cat ×2, dog ×1, ox ×1"
    assert short("a" * 30) == "a" * 14 + "…"


def test_the_first_run_says_what_it_kept_and_where_it_looked(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.keep_examples(study)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert [name for name in read.arrays if name.endswith(EXAMPLE_PICTURE) or "example_pictures" in name] == [
        "example_pictures"
    ], "once for all"
    found = kept(read, "lenet5", "tuned")
    assert list(found) == list(range(0, 400, 2))
    np.testing.assert_array_equal(found[6], read.arrays["example_pictures"][3])
    assert looked(read, "lenet5", "tuned") == {}
    heat = looked(read, "plain20", "tuned")
    assert heat.keys() == found.keys()
    np.testing.assert_array_equal(heat[6], read.arrays[f"plain20/tuned/final/0/{LOOKED}"][3])
    assert f"plain20/tuned/final/1/{LOOKED}" not in read.arrays


def test_records_of_old_kept_nothing(rendered: Path) -> None:
    read = reading.read(rendered)
    assert kept(read, "lenet5", "tuned") == looked(read, "lenet5", "tuned") == {}


def test_what_speaks_for_an_answer_glows() -> None:
    pixels = np.full((8, 8, 1), 100, np.uint8)
    heat = np.zeros((4, 4), np.uint8)
    assert (heated(pixels, heat) == 100).all(), "nothing does"
    heat[0, 0] = 255
    glowing = heated(pixels, heat)
    assert glowing.shape == (8, 8, 3)
    assert glowing[0, 0].tolist() != [100, 100, 100]
    assert (glowing[4:, 4:] == 100).all()
