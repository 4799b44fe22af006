"""A contact sheet: its first row is the images, the others what the network sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.commandline import enter
from suite.data import DataSpec, load
from suite.data.__main__ import HELP, main
from suite.data.sheet import GAP


def read(path: Path) -> np.ndarray:
    """(rows, columns, 96, 96, 3) of digits of 32 pixels."""
    sheet = np.asarray(Image.open(path))[GAP:, GAP:]
    tile = 96 + GAP
    rows, columns = sheet.shape[0] // tile, sheet.shape[1] // tile
    return sheet.reshape(rows, tile, columns, tile, 3).transpose(0, 2, 1, 3, 4)[:, :, :96, :96]


def sheet(tmp_path: Path, augment: str) -> np.ndarray:
    path = tmp_path / "sheet.png"
    arguments = ["name=digits", f"workspace={tmp_path}", f"augment={augment}", f"sheet={path}"]
    assert enter(main, HELP, arguments) == 0
    return read(path)


def test_images_of_all_classes_before_and_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = sheet(tmp_path, "{flip: false, shift: 0, cutout: 0, invert: 1.0}")
    assert "sheet.png" in capsys.readouterr().out
    assert found.shape == (4, 10, 96, 96, 3)
    for after in found[1:]:
        np.testing.assert_allclose(after, 255 - found[0].astype(int), atol=1)
    found = sheet(tmp_path, "{flip: false, shift: 0, cutout: 0}")
    assert (np.abs(found[1:].astype(int) - found[0]) <= 1).all(), "without a transform they stay"
    found = sheet(tmp_path, "{trivial_augment: true}")
    assert (found[1] != found[2]).any(), "each step draws anew"


def test_crops_are_of_larger_images_and_the_first_row_of_what_is_seen_without(tmp_path: Path) -> None:
    path, crop = tmp_path / "sheet.png", "augment={flip: false, shift: 0, resized_crop: 0.2}"
    sizes = ["image_size=16", "source_size=32"]
    assert enter(main, HELP, ["name=digits", *sizes, f"workspace={tmp_path}", crop, f"sheet={path}"]) == 0
    found = read(path)[:, :, ::6, ::6, 0]
    data = load(DataSpec("digits", image_size=16, source_size=32), data_dir=None, cache_dir=tmp_path / "cache")
    np.testing.assert_array_equal(found[0], data.images[data.train[:10], ..., 0])
    assert (found[1] != found[2]).any()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["augment=standard"], "a contact sheet needs sheet=FILE.png, and augment=RECIPE or corrupt=KIND or none"),
        (["augment=standard", "corrupt=fog", "sheet=x.png"], "augment=RECIPE or corrupt=KIND or none of them"),
        (["augment=standart", "sheet=x.png"], "Did you mean 'standard'?"),
        (["augment={flipp: true}", "sheet=x.png"], "Did you mean 'flip'?"),
        (["augment={flip: ", "sheet=x.png"], "is neither a recipe's name nor"),
    ],
)
def test_what_does_not_hold_is_refused(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(main, HELP, ["name=digits", *arguments]) == 2
    assert why in capsys.readouterr().err
