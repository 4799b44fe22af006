"""Which bytes of a map are asked for, and that they are those of the images."""

from __future__ import annotations

import errno
import mmap
from pathlib import Path

import numpy as np
import pytest

from suite.training.ahead import Ahead, ahead
from suite.training.feed import Feed

SHAPE = (64, 16, 16, 3)  # 768 bytes each: five or six to a page


class Asked:
    """Stands for the map: keeps what was asked for."""

    def __init__(self) -> None:
        self.pieces: list[tuple[int, int]] = []

    def madvise(self, option: int, start: int, length: int) -> None:
        assert option == mmap.MADV_WILLNEED
        self.pieces.append((start, start + length))


def mapped(tmp_path: Path) -> np.ndarray:
    pixels = np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8)
    np.save(tmp_path / "images.npy", pixels)
    return np.load(tmp_path / "images.npy", mmap_mode="r")


def test_a_map_says_where_its_images_lie(tmp_path: Path) -> None:
    images = mapped(tmp_path)
    found = ahead(images)
    assert found is not None
    whole = (tmp_path / "images.npy").read_bytes()
    for position in (0, 17, 63):
        at = found.start + position * found.image
        assert whole[at : at + found.image] == images[position].tobytes()
    later = ahead(images[10:])
    assert later is not None
    assert later.start == found.start + 10 * found.image


def test_every_image_is_asked_for_and_neighbours_once() -> None:
    asked = Asked()
    Ahead(asked, 128, 768).ask_for(np.array([0, 1, 2, 40, 63]))  # type: ignore[arg-type]
    for position in (0, 1, 2, 40, 63):
        begin = 128 + 768 * position
        assert any(first <= begin and begin + 768 <= last for first, last in asked.pieces)
    assert len(asked.pieces) == 3
    assert all(first % mmap.PAGESIZE == 0 for first, _ in asked.pieces)


def test_a_system_that_will_not_be_asked_stops_nothing(tmp_path: Path) -> None:
    class Refusing:
        def madvise(self, *_: int) -> None:
            raise OSError(errno.EAGAIN, "no memory for that now")

    Ahead(Refusing(), 128, 768).ask_for(np.array([0, 40]))  # type: ignore[arg-type]


def test_a_batch_asks_for_itself_and_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images, asked = mapped(tmp_path), list[list[int]]()
    monkeypatch.setattr(Ahead, "ask_for", lambda self, ordered: asked.append(ordered.tolist()))
    fed = Feed(images, np.array([[9, 3, 9], [8, 0, 1]], "int32"), 0, None)
    (inputs,) = fed[0]
    np.testing.assert_array_equal(inputs["image"][0], images[[9, 3, 9]])
    assert asked == [[3, 9], [0, 1, 8]]
    fed[1]
    assert asked[2:] == [[0, 1, 8]]


def test_what_is_in_memory_is_not_asked_for() -> None:
    assert ahead(np.zeros(SHAPE, np.uint8)) is None


def test_images_in_another_order_are_read_without(tmp_path: Path) -> None:
    assert ahead(mapped(tmp_path)[::2]) is None
