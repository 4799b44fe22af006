"""Copies of pictures with boxes drawn, and the table of their edges, in the pictures' own pixels."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.data.fit import Fit
from suite.training.marking import COLOR, COLUMNS, TABLE, copy_of, marked

FRACTIONS = np.array([0.25, 0.5, 0.75, 1.0])
"""Of the square that a network gets."""


def edges_of(copy: Path) -> list[int]:
    """The outermost pixels that have the colour of a box: left, top, and the edges behind the last column and row."""
    with Image.open(copy) as picture:
        near = np.abs(np.asarray(picture.convert("RGB")).astype(int) - COLOR).max(axis=-1) < 60
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


@pytest.mark.parametrize(
    ("name", "size", "orientation", "expected"),
    [
        ("square.png", (40, 40), 1, [10, 20, 30, 40]),
        ("wide.png", (80, 40), 1, [30, 20, 50, 40]),
        ("tall.png", (40, 80), 1, [10, 40, 30, 60]),
        ("lying.png", (80, 40), 6, [10, 40, 30, 60]),  # shown tall: so are its edges and its copy
        ("lying.tiff", (80, 40), 6, [10, 40, 30, 60]),
        ("grey.jpg", (800, 400), 1, [300, 200, 500, 400]),
    ],
)
def test_boxes_are_in_the_pixels_of_the_picture_as_it_is_shown(
    name: str, size: tuple[int, int], orientation: int, expected: list[int], tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path, copies = tmp_path / "pictures" / name, tmp_path / "copies"
    path.parent.mkdir()
    Image.new("L" if name.startswith("grey") else "RGB", size).save(path, exif=exif)
    table = marked([path], path.parent, copies, Fit(), [[("cat", 0.75), ("dog", 0.25)]], FRACTIONS[None])
    edges = [f"{edge:.1f}" for edge in expected]
    assert table == [COLUMNS, [str(path), "cat", "0.750000", *edges]]
    assert list(csv.reader((copies / TABLE).read_text(encoding="utf-8").splitlines())) == table
    assert edges_of(copy_of(path, path.parent, copies)) == pytest.approx(expected, abs=1 if name.endswith("jpg") else 0)


def test_edges_in_the_wrong_order_are_told_and_not_drawn(tmp_path: Path) -> None:
    path, copies = tmp_path / "a.png", tmp_path / "copies"
    Image.new("RGB", (40, 40)).save(path)
    table = marked([path], path, copies, Fit(), [[("cat", 1.0)]], FRACTIONS[None, [2, 1, 0, 3]])
    assert table[1][3:] == ["30.0", "20.0", "10.0", "40.0"]
    with Image.open(copies / "a.png") as copy:
        assert not np.asarray(copy).any()
