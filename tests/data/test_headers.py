from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from suite.data.headers import each, read_headers
from tests.data.made_up import picture


def test_headers_tell_grey_and_transparent_pictures(tmp_path: Path) -> None:
    paths = [
        picture(tmp_path / "rgb.png", size=(5, 7)),
        picture(tmp_path / "grey.png", 3, mode="L"),
        picture(tmp_path / "clear.png", (0, 0), mode="LA"),
        tmp_path / "gone.png",
    ]
    rgb, grey, clear, gone = read_headers(paths)
    assert rgb is not None
    assert grey is not None
    assert clear is not None
    assert (rgb.width, rgb.height, rgb.grey, rgb.transparent) == (5, 7, False, False)
    assert (grey.grey, grey.transparent) == (True, False)
    assert (clear.grey, clear.transparent) == (True, True)
    assert gone is None


def test_a_picture_that_lies_on_its_side_is_measured_as_it_is_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (5, 7)).save(tmp_path / "a.png", exif=exif)
    (header,) = read_headers([tmp_path / "a.png"])
    assert header is not None
    assert (header.width, header.height, header.peak) == (7, 5, None)


def test_each_answers_for_every_path_and_gives_pillow_its_limit_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1234)

    def size(path: Path) -> int:
        assert Image.MAX_IMAGE_PIXELS is None
        return int(path.name) // int(path.name != "2")

    assert each(size, [Path(str(k)) for k in range(4)]) == [
        (0, ""),
        (1, ""),
        (None, "integer division or modulo by zero"),
        (3, ""),
    ]
    assert Image.MAX_IMAGE_PIXELS == 1234
