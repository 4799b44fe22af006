from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN
from suite.data.layouts.tree import Choice, Tree, understand
from tests.data.made_up import class_tree, picture

PLACES = {"a/airfield": 4, "a/alley": 5, "b/beach": 6, "b/bridge/indoor": 3, "b/bridge/outdoor": 4}


def counts(tree: Tree) -> dict[str, int]:
    return {name: int(np.sum(tree.labels == label)) for label, name in enumerate(tree.class_names)}


def test_merged_inner_folders_are_said_with_their_counts_and_the_way_to_part_them(tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, PLACES))
    assert counts(tree) == {"a": 9, "b": 13}
    assert (
        "folder: inner folders were merged into one class each: a (airfield 4, alley 5), b (beach 6, bridge 7); "
        "data.label_from=inner makes the inner folders the classes"
    ) in tree.notes


def test_one_inner_folder_each_is_no_merging(tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, {"n01/images": 4, "n02/images": 4}))
    assert not any("merged" in note for note in tree.notes)


def test_inner_folders_can_be_the_classes(tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, PLACES), choice=Choice(label_from="inner"))
    assert counts(tree) == PLACES
    tree = understand(class_tree(tmp_path / "n", {"n01/images": 4, "n02/images": 4}), choice=Choice("inner"))
    assert tree.class_names == ("n01", "n02")


def test_the_class_may_be_in_the_files_name(tmp_path: Path) -> None:
    for k in range(10):
        picture(tmp_path / "train" / f"cat.{k}.png", (k, 0, 0))
        picture(tmp_path / "train" / f"dog.{k}.png", (0, k, 0))
        picture(tmp_path / "test1" / f"{k}.png", (0, 0, k))
    tree = understand(tmp_path, choice=Choice("name"))
    assert counts(tree) == {"cat": 10, "dog": 10}
    assert all(
        p.path.name.startswith(tree.class_names[label]) for p, label in zip(tree.pictures, tree.labels, strict=True)
    )
    assert [int(np.sum(tree.part == part)) for part in (TRAIN, TEST)] == [16, 4]
    assert "folder: test1/ has no class folders, hence no labels: not used" in tree.notes
    flat = understand(tmp_path / "train", choice=Choice("name"))
    assert counts(flat) == {"cat": 10, "dog": 10}


def test_pictures_whose_names_are_numbers_have_no_class_and_are_counted(tmp_path: Path) -> None:
    for k in range(4):
        picture(tmp_path / f"cat_{k}.png", (k, 0, 0))
        picture(tmp_path / f"dog_{k}.png", (0, k, 0))
    picture(tmp_path / "17.png")
    assert "folder: 1 pictures have no class and are not used" in understand(tmp_path, choice=Choice("name")).notes


@pytest.mark.parametrize(("wanted", "names"), [(("dog", "ant"), ("ant", "dog")), (2, ("ant", "cat"))])
def test_some_classes_can_be_chosen(wanted: tuple[str, ...] | int, names: tuple[str, ...], tmp_path: Path) -> None:
    class_tree(tmp_path, {"train/ant": 5, "train/cat": 5, "train/dog": 6, "test/ant": 2, "test/cat": 2, "test/dog": 3})
    tree = understand(tmp_path, choice=Choice(classes=wanted))
    assert tree.class_names == names
    assert {p.path.parent.name for p in tree.pictures} == set(names)


def test_a_class_that_is_not_there_is_refused(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 5, "dog": 5})
    with pytest.raises(Refusal, match=r"unknown class in data.classes 'cats'. Did you mean 'cat'"):
        understand(tmp_path, choice=Choice(classes=("cats", "dog")))
    with pytest.raises(Refusal, match=r"data.classes=3: there are 2 classes"):
        understand(tmp_path, choice=Choice(classes=3))


@pytest.mark.parametrize(
    "junk", ["@eaDir", "#recycle", "$RECYCLE.BIN", "lost+found", "System Volume Information", "__MACOSX"]
)
def test_what_systems_leave_behind_is_no_class_and_no_picture(junk: str, tmp_path: Path) -> None:
    """Beside the classes and in them: thumbnails double a set, and put a twin of most test images into training."""
    class_tree(tmp_path, {"cat": 5, "dog": 5, junk: 3, f"cat/{junk}/1.png": 2, f"dog/old/{junk}": 1})
    tree = understand(tmp_path)
    assert counts(tree) == {"cat": 5, "dog": 5}
    assert f"6 thumbnails or deleted pictures were ignored (6 in {junk})" in tree.notes


def test_an_empty_one_is_no_refusal(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 5, "dog": 5, "lost+found": 0, "@eaDir": 0})
    tree = understand(tmp_path)
    assert (counts(tree), len(tree.notes)) == ({"cat": 5, "dog": 5}, 1)


def test_thumbnails_in_a_class_are_ignored_and_may_be_a_class_beside_others(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 5, "cat/thumbs": 5, "thumbs": 5})
    assert counts(understand(tmp_path)) == {"cat": 5, "thumbs": 5}


def test_pictures_in_formats_that_are_not_read_are_counted_by_class(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 3, "dog": 20})
    for k in range(17):
        (tmp_path / "cat" / f"{k}.cr2").write_bytes(b"raw")
    (tmp_path / "dog" / "notes.txt").write_text("")
    notes = understand(tmp_path).notes
    assert "folder: pictures in formats that are not read were ignored: cat 17 (.cr2; 3 remain)" in notes


def test_a_name_that_is_not_utf8_is_read_and_said(tmp_path: Path) -> None:
    class_tree(tmp_path, {"dog": 5})
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    for k in range(5):
        os.link(tmp_path / "dog" / f"{k}.png", folder + b"/%d-\xff.png" % k)
    tree = understand(tmp_path)
    assert counts(tree) == {"café": 5, "dog": 5}
    assert "folder: names that are not UTF-8 are read as Latin-1: café" in tree.notes


def test_one_name_in_two_spellings_is_one_class(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    class_tree(tmp_path, {f"train/{composed}": 4, "train/tea": 4, f"test/{decomposed}": 2, "test/tea": 1})
    assert counts(understand(tmp_path)) == {"café": 6, "tea": 5}
    class_tree(tmp_path, {f"train/{decomposed}": 4})
    with pytest.raises(Refusal, match="two folders whose names are both read as 'café'"):
        understand(tmp_path)


def test_links_in_circles_are_no_classes(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 5, "dog": 5})
    (tmp_path / "all").symlink_to(".")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "cat" / "up").symlink_to("..")
    (tmp_path / "dog" / "cats").symlink_to("../dog")
    tree = understand(tmp_path)
    assert counts(tree) == {"cat": 5, "dog": 5}
    assert "folder: links that lead back to where they lie are not followed: all, up" in tree.notes


def test_a_link_to_itself_or_to_nothing_is_refused_by_name(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 5, "dog": 5})
    (tmp_path / "cow").symlink_to("cow")
    (tmp_path / "emu").symlink_to("/not/mounted/emu")
    (tmp_path / "cat" / "x.png").symlink_to("x.png")
    with pytest.raises(Refusal, match=r"3 links lead to no picture; .*cow.*emu.*x.png"):
        understand(tmp_path)


def test_one_folder_under_two_names_is_refused(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 5, "dog": 5})
    (tmp_path / "kitten").symlink_to("cat")
    with pytest.raises(Refusal, match=r"cat and .*kitten are the same folder"):
        understand(tmp_path)
