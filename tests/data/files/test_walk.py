from __future__ import annotations

from pathlib import Path

import pytest

from suite.core.refusals import Refusal
from suite.data.files.walk import Found, subfolders, walk
from tests.data.made_up import picture


def names(found: Found, root: Path) -> list[str]:
    return [str(picture.path.relative_to(root)) for picture in found.pictures]


def walked(folder: Path) -> Found:
    found = Found()
    walk(folder, found)
    return found


def test_pictures_come_in_a_fixed_order_with_size_and_time(tmp_path: Path) -> None:
    for name in ("b.PNG", "a/z.jpg", "a/b/c.webp", "c.tiff"):
        picture(tmp_path / name)
    found = walked(tmp_path)
    assert names(found, tmp_path) == ["a/b/c.webp", "a/z.jpg", "b.PNG", "c.tiff"]
    status = (tmp_path / "b.PNG").stat()
    assert (found.pictures[2].size, found.pictures[2].mtime_ns) == (status.st_size, status.st_mtime_ns)


def test_other_files_are_counted_and_hidden_ones_not_seen(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    for name in ("readme.txt", "b.txt", "Makefile", ".DS_Store", "Thumbs.db", "._a.png"):
        (tmp_path / name).write_text("")
    picture(tmp_path / "__MACOSX" / "a.png")
    picture(tmp_path / ".hidden" / "a.png")
    found = walked(tmp_path)
    assert names(found, tmp_path) == ["a.png"]
    assert found.others_note() == (
        "3 files that are no pictures were ignored (2 .txt, 1 without suffix)",
        "1 thumbnails or deleted pictures were ignored (1 in __MACOSX)",
    )
    assert subfolders(tmp_path) == []
    assert Found().others_note() == ()


def test_a_link_in_a_circle_is_not_followed(tmp_path: Path) -> None:
    picture(tmp_path / "class" / "a.png")
    (tmp_path / "class" / "self").symlink_to(".")
    (tmp_path / "class" / "up").symlink_to("..")
    picture(tmp_path / "other" / "b.png")
    (tmp_path / "other" / "to").symlink_to("../class")
    assert names(walked(tmp_path / "class"), tmp_path) == ["class/a.png", "class/up/other/b.png"]


def test_links_to_pictures_and_folders_elsewhere_are_followed(tmp_path: Path) -> None:
    picture(tmp_path / "store" / "a.png")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "linked.png").symlink_to(tmp_path / "store" / "a.png")
    (tmp_path / "class" / "more").symlink_to(tmp_path / "store")
    assert names(walked(tmp_path / "class"), tmp_path) == ["class/linked.png", "class/more/a.png"]


def test_a_link_that_leads_nowhere_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "lost.png").symlink_to("gone.png")
    found = walked(tmp_path)
    assert not found.pictures
    with pytest.raises(Refusal, match=r"1 links lead to no picture; mend or delete them: .*lost.png"):
        found.refuse_dangling()


def test_pictures_without_a_suffix_are_known_by_their_content(tmp_path: Path) -> None:
    for suffix in ("jpg", "png", "gif", "bmp", "tif", "webp", "ppm", "avif"):
        picture(tmp_path / f"a.{suffix}").rename(tmp_path / suffix)
    picture(tmp_path / "a.jpg").rename(tmp_path / "photo.0012")
    (tmp_path / "README").write_text("BMW and GIF are words, and so is Photograph")
    (tmp_path / "empty").write_bytes(b"")
    found = walked(tmp_path)
    assert names(found, tmp_path) == ["avif", "bmp", "gif", "jpg", "photo.0012", "png", "ppm", "tif", "webp"]
    assert found.others == {"without suffix": 2}
