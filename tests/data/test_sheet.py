"""Contact sheets: how images are laid out, and what a sheet of corruptions shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.commandline import enter
from suite.data import DataSpec, load
from suite.data.__main__ import HELP, main
from suite.data.corruptions import corrupted, corruptions
from suite.data.sheet import GAP, arranged, write_classes
from tests.data.made_up import class_tree


def test_large_images_are_not_enlarged_and_small_ones_by_whole_factors() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 40, 30, 1), dtype=np.uint8)
    found = arranged(images)
    assert found.shape == (2 * (120 + GAP) + GAP, 3 * (90 + GAP) + GAP, 3)
    np.testing.assert_array_equal(found[GAP : GAP + 120 : 3, GAP : GAP + 90 : 3], images[0, 0].repeat(3, axis=-1))
    assert arranged(np.zeros((1, 1, 200, 100, 3), np.uint8)).shape == (200 + 2 * GAP, 100 + 2 * GAP, 3)


def tiles(path: Path) -> np.ndarray:
    """(rows, columns, 96, 96) of grey images of 32 pixels."""
    sheet = np.asarray(Image.open(path))[GAP:, GAP:, 0]
    tile = 96 + GAP
    rows, columns = sheet.shape[0] // tile, sheet.shape[1] // tile
    return sheet.reshape(rows, tile, columns, tile).transpose(0, 2, 1, 3)[:, :, :96, :96]


def sheet(tmp_path: Path, corrupt: str) -> np.ndarray:
    path = tmp_path / "sheet.png"
    assert enter(main, HELP, ["name=digits", f"workspace={tmp_path}", f"corrupt={corrupt}", f"sheet={path}"]) == 0
    return tiles(path)[:, :, ::3, ::3]


def test_test_images_and_below_each_five_strengths_of_one_kind(tmp_path: Path) -> None:
    found = sheet(tmp_path, "fog")
    data = load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path / "cache")
    index = data.test[:8]
    assert found.shape[:2] == (6, 8)
    np.testing.assert_array_equal(found[0], data.images[index, ..., 0])
    np.testing.assert_array_equal(found[5], corrupted(data.images, index, "fog", 5)[..., 0])


def test_of_all_kinds_a_row_each(tmp_path: Path) -> None:
    found = sheet(tmp_path, "all")
    data = load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path / "cache")
    assert found.shape[:2] == (15, 6)
    for row, kind in enumerate(corruptions()):
        one = data.test[row % 8][None]
        np.testing.assert_array_equal(found[row, 0], data.images[one, ..., 0][0])
        np.testing.assert_array_equal(found[row, 4], corrupted(data.images, one, kind, 4)[0, ..., 0])


def test_a_row_for_each_class_with_its_name_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = class_tree(tmp_path / "set", {"a cat": 5, "собака": 20})
    path = tmp_path / "sheet.png"
    assert enter(main, HELP, [f"path={root}", "image_size=96", f"workspace={tmp_path}", f"sheet={path}"]) == 0
    assert "sheet.png\n          rows: a cat, собака\n" in capsys.readouterr().out
    sheet = np.asarray(Image.open(path))
    height, width = 2 * (96 + GAP) + GAP, 8 * (96 + GAP) + GAP
    assert sheet.shape[0] == height
    margin, images = sheet[:, :-width], sheet[:, -width:]
    assert margin.shape[1] > 40
    assert (margin.min(axis=(1, 2))[: 96 + GAP] < 128).any(), "the name's letters"
    data = load(DataSpec("folder", path=str(root), image_size=96), data_dir=None, cache_dir=tmp_path / "cache")
    rows = images[GAP:, GAP:].reshape(2, 96 + GAP, 8, 96 + GAP, 3)[:, :96, :, :96].transpose(0, 2, 1, 3, 4)
    for number in (0, 1):
        own = data.train[data.labels[data.train] == number][:8]
        np.testing.assert_array_equal(rows[number, : len(own)], data.images[own])
        assert (rows[number, len(own) :] == 255).all()
    assert len(own) == 8


def test_of_very_many_classes_the_first_are_shown(tmp_path: Path) -> None:
    data = load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path)
    many = replace(data, class_names=tuple(map(str, range(150))))
    text = write_classes(many, tmp_path / "sheet.png")
    assert text.endswith("98, 99 (100 of 150 classes; classes=[...] chooses others)")
    assert np.asarray(Image.open(tmp_path / "sheet.png")).shape[0] == 100 * (96 + GAP) + GAP


def test_an_unknown_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(main, HELP, ["name=digits", "corrupt=foog", "sheet=x.png"]) == 2
    assert "Did you mean 'fog'?" in capsys.readouterr().err
