from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.core.refusals import Refusal
from suite.data.contents import Contents
from suite.data.dataset import DataSpec
from suite.data.headers import Header
from suite.data.sources.folder import default_size, locate
from tests.data.made_up import class_tree, picture


def read(root: Path, image_size: int | None = None) -> tuple[Contents, np.ndarray]:
    contents = locate(root, image_size).read()
    return contents, np.concatenate(list(contents.chunks))


def test_pictures_and_labels_belong_together(tmp_path: Path) -> None:
    contents, images = read(class_tree(tmp_path, {"a": 3, "b": 4, "c": 5}))
    assert images.shape == contents.shape == (12, 16, 16, 3)
    assert images[:, 5, 5].tolist() == [[20 * c, k, 7] for c, n in enumerate((3, 4, 5)) for k in range(n)]
    assert contents.labels.tolist() == [0] * 3 + [1] * 4 + [2] * 5
    assert contents.class_names == ("a", "b", "c")
    assert contents.checksum == "none published"


def sized(*sizes: tuple[int, int]) -> list[Header]:
    return [Header(width, height, grey=False, transparent=False) for width, height in sizes]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (sized((48, 48), (48, 48)), 48),
        (sized((128, 128)), 128),
        (sized((129, 129)), 64),
        (sized((48, 32)), 64),
        (sized((48, 48), (32, 32)), 64),
        ([], 64),
    ],
)
def test_small_equal_squares_keep_their_size(headers: list[Header], expected: int) -> None:
    assert default_size(headers) == expected


def test_another_size_and_transparency_are_noted(tmp_path: Path) -> None:
    class_tree(tmp_path, {"a": 3, "b": 3})
    picture(tmp_path / "a" / "wide.png", (0, 0, 0, 0), (40, 20), "RGBA")
    contents, images = read(tmp_path)
    assert images.shape == (7, 64, 64, 3)
    assert contents.notes[1:] == (
        "folder: 7 of 7 pictures (sides of 16 to 40 pixels) were cut to their central square and resized to 64x64 "
        "(bicubic, antialiased), 7 of them enlarged",
        "folder: 1 pictures with transparency were laid on white",
    )
    contents, images = read(tmp_path, image_size=16)
    assert images.shape == (7, 16, 16, 3)
    assert contents.notes[1].startswith("folder: 1 of 7 pictures")
    assert contents.notes[1].endswith("(bicubic, antialiased)")


def test_only_grey_pictures_have_one_channel(tmp_path: Path) -> None:
    for k in range(6):
        picture(tmp_path / "ab"[k % 2] / f"{k}.png", k, mode="L")
    assert read(tmp_path)[1].shape == (6, 16, 16, 1)
    picture(tmp_path / "a" / "colour.png")
    assert read(tmp_path)[1].shape == (7, 16, 16, 3)


def test_values_of_twelve_bits_are_scaled_by_their_range_and_it_is_said(tmp_path: Path) -> None:
    for name, peak in (("dark", 1000), ("bright", 4095)):
        for k in range(4):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(np.full((16, 16), peak - k, np.uint16)).save(tmp_path / name / f"{k}.png")
    contents, images = read(tmp_path)
    assert images[:, 0, 0, 0].tolist() == [255] * 4 + [62] * 4, "one scale for all: pictures keep their differences"
    assert "folder: 8 grey pictures with 16 bits use 12 of them: their values are scaled by 4,095" in contents.notes
    assert contents.fit is not None
    assert contents.fit.as_mapping() == {"fit": "crop", "bits": 12}


def test_values_of_sixteen_bits_stay_as_they_were(tmp_path: Path) -> None:
    for k in range(6):
        (tmp_path / "ab"[k % 2]).mkdir(exist_ok=True)
        Image.fromarray(np.full((16, 16), 40_000 + k, np.uint16)).save(tmp_path / "ab"[k % 2] / f"{k}.png")
    contents, images = read(tmp_path)
    assert set(images.ravel()) == {156}
    assert not any("16 bits" in note for note in contents.notes)


def test_colours_of_few_bits_in_sixteen_are_said_to_be_dark(tmp_path: Path) -> None:
    class_tree(tmp_path, {"a": 3, "b": 3})
    rows = b"".join(b"\0" + struct.pack(">48H", *([4000, 2000, 100] * 16)) for _ in range(16))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 16, 16, 16, 2, 0, 0, 0)
    deep = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "a" / "deep.png").write_bytes(deep)
    notes = read(tmp_path)[0].notes
    assert any(note.startswith("folder: 1 coloured pictures with 16 bits a channel use few of them") for note in notes)


@pytest.mark.parametrize(("way", "said"), [("pad", "laid on a black square"), ("squash", "squashed to a square")])
def test_another_fit_is_another_identity_and_is_said(way: str, said: str, tmp_path: Path) -> None:
    picture(class_tree(tmp_path, {"a": 3, "b": 3}) / "a" / "wide.png", size=(40, 20))
    source = locate(tmp_path, None, DataSpec("folder", fit=way))
    assert source.identity != locate(tmp_path, None).identity
    assert said in source.read().notes[1]


def test_the_identity_changes_with_any_file(tmp_path: Path) -> None:
    class_tree(tmp_path, {"a": 3, "b": 4})
    seen = [locate(tmp_path, None).identity]
    os.utime(tmp_path / "a" / "1.png", ns=(0, 5))
    seen.append(locate(tmp_path, None).identity)
    (tmp_path / "a" / "1.png").rename(tmp_path / "a" / "9.png")
    seen.append(locate(tmp_path, None).identity)
    (tmp_path / "b").rename(tmp_path / "bee")
    seen.append(locate(tmp_path, None).identity)
    assert all(one != other for k, one in enumerate(seen) for other in seen[:k])
    assert locate(tmp_path, None).identity == seen[-1]


def test_damaged_pictures_are_refused_by_name(tmp_path: Path) -> None:
    class_tree(tmp_path, {"a": 3, "b": 4})
    (tmp_path / "a" / "1.png").write_bytes((tmp_path / "a" / "1.png").read_bytes()[:60])
    (tmp_path / "b" / "2.png").write_bytes(b"")
    with pytest.raises(Refusal, match=r"2 of 7 pictures cannot be read; .*a/1.png .*b/2.png \(not a picture"):
        read(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"data.path=.*gone is not a folder"):
        locate(tmp_path / "gone", None)


@pytest.mark.realdata
def test_tiny_imagenet_is_read_as_published(data_root: Path) -> None:
    source = locate(data_root / "tiny-imagenet-20", None)
    contents = source.read()
    assert contents.shape == (11_000, 64, 64, 3)
    assert np.bincount(contents.labels, minlength=20).tolist() == [550] * 20
    assert contents.class_names[:2] == ("goldfish", "American alligator")
    first = next(iter(contents.chunks))
    assert 90 < first.mean() < 160
