from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.layouts.tree import Tree, understand
from tests.data.made_up import class_tree, picture


def counted(tree: Tree) -> dict[int, list[int]]:
    """Images of each class, by part."""
    classes = len(tree.class_names)
    return {
        part: np.bincount(tree.labels[tree.part == part], minlength=classes).tolist()
        for part in (TRAIN, VALIDATION, TEST)
    }


def test_class_folders_alone_get_a_fixed_stratified_test_set(tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, {"cat": 10, "dog": 20}))
    assert tree.class_names == ("cat", "dog")
    assert counted(tree) == {TRAIN: [8, 16], VALIDATION: [0, 0], TEST: [2, 4]}
    assert [p.path.parent.name for p in tree.pictures] == [tree.class_names[label] for label in tree.labels]
    assert tree.notes == ("folder: no labelled test set; a fixed, stratified fifth (6 of 30 images) is ours",)
    assert understand(tmp_path).part.tolist() == tree.part.tolist()


@pytest.mark.parametrize("val", ["val", "valid", "Validation", "dev"])
def test_three_parts_are_kept_as_they_are(val: str, tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, {
        "train/cat": 5, "train/dog": 4, f"{val}/cat": 2, f"{val}/dog": 3, "test/cat": 1, "test/dog": 6
    }))  # fmt: skip
    assert counted(tree) == {TRAIN: [5, 4], VALIDATION: [2, 3], TEST: [1, 6]}
    assert tree.notes == ()


def test_a_validation_set_alone_is_the_test_set(tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, {"train/cat": 5, "train/dog": 4, "val/cat": 2, "val/dog": 3}))
    assert counted(tree) == {TRAIN: [5, 4], VALIDATION: [0, 0], TEST: [2, 3]}
    assert tree.notes == ("folder: val/ is the test set; validation is split from train/",)


def test_a_test_set_alone_is_the_test_set(tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, {"train/cat": 5, "train/dog": 4, "test/cat": 2, "test/dog": 3}))
    assert counted(tree) == {TRAIN: [5, 4], VALIDATION: [0, 0], TEST: [2, 3]}


def test_an_unlabelled_test_folder_is_not_used(tmp_path: Path) -> None:
    class_tree(tmp_path, {"train/cat": 10, "train/dog": 10})
    picture(tmp_path / "test" / "1.png")
    tree = understand(tmp_path)
    assert counted(tree) == {TRAIN: [8, 8], VALIDATION: [0, 0], TEST: [2, 2]}
    assert tree.notes[0] == "folder: test/ has no class folders, hence no labels: not used"


def test_a_class_may_be_called_test_or_train(tmp_path: Path) -> None:
    tree = understand(class_tree(tmp_path, {"test": 5, "train": 5, "plane": 5}))
    assert tree.class_names == ("plane", "test", "train")


def test_classes_that_a_part_lacks_and_loose_files_are_noted(tmp_path: Path) -> None:
    class_tree(tmp_path, {"train/cat": 5, "train/dog": 4, "test/cat": 2})
    picture(tmp_path / "train" / "loose.png")
    (tmp_path / "train" / "cat" / "cat.xml").write_text("")
    notes = understand(tmp_path).notes
    assert "folder: test/ lacks 1 of the 2 classes" in notes
    assert "folder: 1 pictures beside the class folders have no class: not used" in notes
    assert "1 files that are no pictures were ignored (1 .xml)" in notes


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ({}, "has no class folders; expected one sub-folder of pictures for each class"),
        ({"cat": 5}, "has a single class, 'cat'"),
        ({"images/cat": 5, "images/dog": 5}, r"did you mean path=.*/images\?"),
        ({"cat": 5, "dog": 5, "cow": 0}, "classes without pictures: cow; fill or delete"),
        ({"cat": 5, "dog": 2}, r"fewer than the 3 pictures that dividing needs: dog \(2\)"),
        ({"train/cat": 5, "train/dog": 1, "test/cat": 1}, r"fewer than the 2 pictures .*: dog \(1\)"),
        ({"train/cat": 5, "train/dog": 5, "test/cow": 1}, "classes that the training images lack: cow"),
        ({"train/cat": 5, "val/cat": 5, "valid/cat": 5}, r"has both val/ and valid/; keep one"),
        ({"val/cat": 5, "test/cat": 5}, r"has test/, val/ but no train/ with class folders"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(counts: dict[str, int], why: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=why):
        understand(class_tree(tmp_path, counts))


def test_long_lists_are_cut(tmp_path: Path) -> None:
    class_tree(tmp_path, {f"class{k:02d}": 0 for k in range(14)})
    with pytest.raises(Refusal, match=r"class09 and 4 more; fill"):
        understand(tmp_path)


def test_boxes_come_from_the_file_beside_the_classes(tmp_path: Path) -> None:
    class_tree(tmp_path, {"a": 3, "b": 3})
    with pytest.raises(Refusal, match=r"has no boxes.csv, which says where .* image,left,top,right,bottom"):
        understand(tmp_path, boxed=True)
    lines = [f"{name}/{k}.png,1,2,{3 + k},4.5" for name in "ba" for k in range(3)]
    (tmp_path / "boxes.csv").write_text("image,left,top,right,bottom\n" + "\n".join(lines) + "\n")
    tree = understand(tmp_path, boxed=True)
    assert tree.boxes is not None
    assert tree.boxes.edges == [(1, 2, 3 + k, 4.5) for k in range(3)] * 2
    assert tree.boxes.places[0] == f"{tmp_path / 'boxes.csv'}, line 5"
    assert tree.annotations == (tmp_path / "boxes.csv",)
    assert understand(tmp_path).boxes is None
    (tmp_path / "boxes.csv").write_text("\n".join(["image,left,top,right,bottom", *lines[1:]]))
    with pytest.raises(Refusal, match=r"boxes.csv has no box for b/0.png"):
        understand(tmp_path, boxed=True)
    (tmp_path / "boxes.csv").write_text("\n".join(["image,x,y,right,bottom", *lines]))
    with pytest.raises(Refusal, match=r"boxes.csv, line 1: expected the columns image,left,top,right,bottom"):
        understand(tmp_path, boxed=True)


def test_a_table_of_boxes_from_a_spreadsheet_is_read_and_a_broken_one_named(tmp_path: Path) -> None:
    class_tree(tmp_path, {"a": 3, "b": 3})
    lines = ["image,left,top,right,bottom", *(f"{name}/{k}.png,0,0,2,2" for name in "ab" for k in range(3))]
    file = tmp_path / "boxes.csv"
    file.write_text("\r\n".join(lines), encoding="utf-8-sig")
    boxes = understand(tmp_path, boxed=True).boxes
    assert boxes is not None
    assert len(boxes.edges) == 6
    file.write_text("\n".join([lines[0], '"' + "x" * 200_000]))
    with pytest.raises(Refusal, match=r"boxes.csv, line 2: this is no table of texts and commas"):
        understand(tmp_path, boxed=True)
