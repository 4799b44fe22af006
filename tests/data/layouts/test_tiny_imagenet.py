from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN
from suite.data.layouts.tiny_imagenet import recognised, understand
from suite.data.layouts.tree import Choice
from tests.data.made_up import class_tree, picture


@pytest.fixture
def root(tmp_path: Path) -> Path:
    class_tree(tmp_path, {"train/n02/images": 3, "train/n01/images": 4, "train/n03/images": 2, "test/images": 2})
    (tmp_path / "train" / "n01" / "n01_boxes.txt").write_text("0.png\t0\t0\t9\t9\n")
    lines = []
    for k, wnid in enumerate(["n03", "n01", "n02", "n01"]):
        picture(tmp_path / "val" / "images" / f"val_{k}.JPEG", (0, k, 0))
        lines.append(f"val_{k}.JPEG\t{wnid}\t0\t0\t9\t9\n")
    (tmp_path / "val" / "val_annotations.txt").write_text("".join(lines))
    (tmp_path / "words.txt").write_text(
        "n01\tgoldfish, Carassius auratus\nn02\tcrane\nn03\tcrane, machine\nn09\tunused\n"
    )
    return tmp_path


def test_labels_come_from_folders_and_annotations(root: Path) -> None:
    assert recognised(root)
    tree = understand(root)
    assert tree.class_names == ("goldfish", "crane (n02)", "crane (n03)")
    assert np.bincount(tree.labels[tree.part == TRAIN]).tolist() == [4, 3, 2]
    assert tree.labels[tree.part == TEST].tolist() == [2, 0, 1, 0]
    assert [p.path.name for p in tree.pictures[-4:]] == [f"val_{k}.JPEG" for k in range(4)]
    assert tree.annotations == (root / "val" / "val_annotations.txt", root / "words.txt")
    assert tree.notes == ("Tiny ImageNet's layout: val/ is the test set; validation is split from train/",)


def test_identifiers_name_the_classes_without_words(root: Path) -> None:
    (root / "words.txt").unlink()
    assert understand(root).class_names == ("n01", "n02", "n03")


def test_other_folders_are_not_taken_for_it(tmp_path: Path) -> None:
    assert not recognised(class_tree(tmp_path, {"train/cat": 1, "val/cat": 1}))


def test_a_picture_without_annotation_is_named(root: Path) -> None:
    picture(root / "val" / "images" / "extra.JPEG")
    with pytest.raises(Refusal, match=r"do not agree on 1 files, first extra.JPEG"):
        understand(root)


@pytest.mark.parametrize("line", ["val_9.JPEG\tn77\t0", "val_9.JPEG n01"])
def test_a_wrong_line_is_named(line: str, root: Path) -> None:
    with (root / "val" / "val_annotations.txt").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(
        Refusal, match=r"val_annotations.txt, line 5: expected a file name, a tab and one of the classes"
    ):
        understand(root)


def test_a_train_folder_without_pictures_is_refused(root: Path) -> None:
    (root / "train" / "n04").mkdir()
    with pytest.raises(Refusal, match="classes without pictures: n04"):
        understand(root)


def with_boxes(root: Path) -> Path:
    """Every class's file of boxes: picture k has the box 1, 2, 3 + k, 4."""
    for wnid, count in (("n01", 4), ("n02", 3), ("n03", 2)):
        lines = [f"{k}.png\t1\t2\t{3 + k}\t4\n" for k in range(count)]
        (root / "train" / wnid / f"{wnid}_boxes.txt").write_text("".join(lines))
    return root


def test_boxes_come_from_each_classs_file_and_the_annotations(root: Path) -> None:
    tree = understand(with_boxes(root), boxed=True)
    assert tree.boxes is not None
    assert tree.boxes.edges[:4] == [(1, 2, 4 + k, 5) for k in range(4)]
    assert tree.boxes.edges[-4:] == [(0, 0, 10, 10)] * 4
    assert tree.boxes.places[3] == f"{root / 'train' / 'n01' / 'n01_boxes.txt'}, line 4"
    assert tree.boxes.places[-1] == f"{root / 'val' / 'val_annotations.txt'}, line 4"
    assert [path.name for path in tree.annotations] == [
        "val_annotations.txt", "words.txt", "n01_boxes.txt", "n02_boxes.txt", "n03_boxes.txt",
    ]  # fmt: skip


def test_nothing_of_the_boxes_is_read_for_classes_alone(root: Path) -> None:
    tree = understand(root)
    assert tree.boxes is None
    assert [path.name for path in tree.annotations] == ["val_annotations.txt", "words.txt"]


def test_missing_files_and_lines_of_boxes_are_named(root: Path) -> None:
    with_boxes(root)
    (root / "train" / "n01" / "n01_boxes.txt").write_text("0.png\t0\t0\t9\t9\n")
    with pytest.raises(Refusal, match=r"n01_boxes.txt has no box for 1.png"):
        understand(root, boxed=True)
    (root / "train" / "n02" / "n02_boxes.txt").unlink()
    with pytest.raises(Refusal, match=r"n02_boxes.txt is missing, which has the boxes of this class's pictures"):
        understand(root, boxed=True)


def test_a_wrong_box_of_the_annotations_is_named(root: Path) -> None:
    with_boxes(root)
    path = root / "val" / "val_annotations.txt"
    path.write_text(path.read_text().replace("val_2.JPEG\tn02\t0\t0\t9\t9", "val_2.JPEG\tn02\t0\t0\t9"))
    with pytest.raises(Refusal, match=r"val_annotations.txt, line 3: expected four numbers"):
        understand(root, boxed=True)
    assert len(understand(root).pictures) == 13, "which classes do not need"


@pytest.mark.parametrize("inner", ["", "images"])
def test_class_folders_below_val_count_more_than_annotations_that_were_left_lying(inner: str, root: Path) -> None:
    for k, wnid in enumerate(["n03", "n01", "n02", "n01"]):
        (root / "val" / wnid / inner).mkdir(parents=True, exist_ok=True)
        (root / "val" / "images" / f"val_{k}.JPEG").rename(root / "val" / wnid / inner / f"val_{k}.JPEG")
    tree = understand(root)
    assert tree.class_names == ("goldfish", "crane (n02)", "crane (n03)")
    found = {p.path.name: int(label) for p, label in zip(tree.pictures[-4:], tree.labels[-4:], strict=True)}
    assert found == {"val_0.JPEG": 2, "val_1.JPEG": 0, "val_2.JPEG": 1, "val_3.JPEG": 0}


@pytest.mark.parametrize("wanted", [("goldfish", "n03"), ("n01", "crane (n03)")])
def test_some_classes_can_be_chosen_by_word_or_identifier(wanted: tuple[str, ...], root: Path) -> None:
    tree = understand(with_boxes(root), boxed=True, choice=Choice(classes=wanted))
    assert tree.class_names == ("goldfish", "crane (n03)")
    assert np.bincount(tree.labels[tree.part == TRAIN]).tolist() == [4, 2]
    assert tree.labels[tree.part == TEST].tolist() == [1, 0, 0]
    assert tree.boxes is not None
    assert len(tree.boxes.edges) == len(tree.pictures) == 9
