from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.contents import Contents
from suite.data.decoding import Header
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
        "(bicubic, antialiased)",
        "folder: 1 pictures with transparency were laid on white",
    )
    contents, images = read(tmp_path, image_size=16)
    assert images.shape == (7, 16, 16, 3)
    assert contents.notes[1].startswith("folder: 1 of 7 pictures")


def test_only_grey_pictures_have_one_channel(tmp_path: Path) -> None:
    for k in range(6):
        picture(tmp_path / "ab"[k % 2] / f"{k}.png", k, mode="L")
    assert read(tmp_path)[1].shape == (6, 16, 16, 1)
    picture(tmp_path / "a" / "colour.png")
    assert read(tmp_path)[1].shape == (7, 16, 16, 3)


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
