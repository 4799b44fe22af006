"""Whether folders are classes or a split: the kinds that people bring, each made as it comes out of its archive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.layouts.tree import Tree, understand
from tests.data.made_up import class_tree, picture


def counted(tree: Tree) -> dict[int, int]:
    return {part: int(np.sum(tree.part == part)) for part in (TRAIN, VALIDATION, TEST)}


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("training_set", "test_set"),
        ("training_set/training_set", "test_set/test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("train/images", "test/images"),
        ("Train Data", "Test Data"),
        ("asl_alphabet_train/asl_alphabet_train", "asl_alphabet_test/asl_alphabet_test"),
        ("train/train/train", "test"),
    ],
)
def test_a_split_is_seen_whatever_it_is_called_and_however_deep(train: str, test: str, tmp_path: Path) -> None:
    class_tree(tmp_path, {f"{train}/cats": 5, f"{train}/dogs": 4, f"{test}/cats": 2, f"{test}/dogs": 3})
    tree = understand(tmp_path)
    assert tree.class_names == ("cats", "dogs")
    assert counted(tree) == {TRAIN: 9, VALIDATION: 0, TEST: 5}
    assert not any("not used" in note for note in tree.notes)


def test_pictures_to_be_classified_are_no_class_and_are_said(tmp_path: Path) -> None:
    class_tree(tmp_path, {"seg_train/seg_train/a": 4, "seg_train/seg_train/b": 4, "seg_test/seg_test/a": 2})
    picture(tmp_path / "seg_pred" / "seg_pred" / "10.png")
    tree = understand(tmp_path)
    assert counted(tree) == {TRAIN: 8, VALIDATION: 0, TEST: 2}
    assert "folder: seg_pred/seg_pred/ has no class folders, hence no labels: not used" in tree.notes


def test_folders_beside_a_split_are_named(tmp_path: Path) -> None:
    class_tree(tmp_path, {"train/a": 4, "train/b": 4, "test/a": 2, "test/b": 2, "backup": 3})
    (tmp_path / "notebooks").mkdir()
    tree = understand(tmp_path)
    assert counted(tree) == {TRAIN: 8, VALIDATION: 0, TEST: 4}
    assert "folder: backup/ beside train/ belong to no part: not used" in tree.notes


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ({"train": 10, "test1": 5}, r"test1/, train/, which look like a split, .*data.label_from=name"),
        ({"train": 10, "test": 5, "labels": 0}, r"which look like a split, not classes, and pictures without class"),
        ({"train/images": 10, "test/images": 5}, r"which look like a split, not classes, and pictures without class"),
        ({"train2017": 10, "val2017": 5}, r"which look like a split"),
        ({"train": 9}, r"which look like a split"),
        ({"test": 9, "val": 9}, r"has test/, val/ but no train/"),
        ({"train/steam": 5, "train/diesel": 5, "car": 5}, r"train/, which looks like a part of a split, and car/"),
        ({"images": 9, "labels": 0}, r"images/, labels/, which look like pictures and their annotations"),
        ({"images": 9, "masks": 9}, r"images/, masks/, which look like pictures and their annotations"),
        ({"JPEGImages": 9, "SegmentationClass": 9, "SegmentationObject": 9}, "pictures and their annotations"),
        ({"images/cat": 9, "images/dog": 9, "labels/cat": 0}, r"did you mean path=.*/images\?"),
        ({"train/images": 9, "train/masks": 9, "val/images": 3, "val/masks": 3}, r"train has images/, masks/"),
        ({"cat/train": 5, "cat/test": 2, "dog/train": 5, "dog/test": 2}, r"test/, train/ inside each .*test/cat"),
        ({"training_set/a": 5, "train/a": 5, "test/a": 5}, r"has both train/ and training_set/; keep one"),
    ],
)
def test_a_split_that_cannot_be_used_is_refused(counts: dict[str, int], why: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=why):
        understand(class_tree(tmp_path, counts))


def test_annotations_in_class_folders_are_not_trained_on(tmp_path: Path) -> None:
    class_tree(tmp_path, {f"{name}/{inner}": 4 for name in ("covid", "normal") for inner in ("images", "masks")})
    tree = understand(tmp_path)
    assert counted(tree) == {TRAIN: 6, VALIDATION: 0, TEST: 2}
    assert {p.path.parent.name for p in tree.pictures} == {"images"}
    assert (
        "folder: pictures beside images/ that are annotations by their folder were ignored (8 in masks/)" in tree.notes
    )


def test_an_empty_folder_of_annotations_is_no_class(tmp_path: Path) -> None:
    class_tree(tmp_path, {"cat": 4, "dog": 4, "annotations": 0})
    assert understand(tmp_path).class_names == ("cat", "dog")


@pytest.mark.parametrize("names", [("test_tube", "train_station"), ("train", "plane"), ("with_mask", "mask")])
def test_classes_that_sound_like_parts_stay_classes(names: tuple[str, str], tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, dict.fromkeys(names, 5)))
    assert tree.class_names == tuple(sorted(names))


def test_a_class_that_is_called_train_is_said(tmp_path: Path) -> None:
    notes = understand(class_tree(tmp_path, {"train": 5, "test": 5, "plane": 5})).notes
    assert "folder: test/, train/ are taken for classes, as the others are" in notes
