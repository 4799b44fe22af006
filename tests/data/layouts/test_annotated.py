"""Flat validation folders, in the ways in which people have ImageNet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN
from suite.data.layouts.tree import Choice, understand
from tests.data.made_up import class_tree, picture

WNIDS = ("n01", "n02", "n03")
TRUTH = ("n03", "n01", "n02", "n02", "n01", "n03")
"""Of the six validation pictures."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = class_tree(tmp_path / "imagenet", {f"train/{wnid}": 4 for wnid in WNIDS})
    for k in range(len(TRUTH)):
        picture(root / "val" / f"ILSVRC2012_val_{k + 1:08d}.JPEG", (0, k, 0))
    return root


def labels(root: Path, **choice: object) -> list[str]:
    tree = understand(root, choice=Choice(**choice))  # type: ignore[arg-type]
    assert int(np.sum(tree.part == TRAIN)) == 4 * len(tree.class_names)
    return [tree.class_names[label] for label in tree.labels[tree.part == TEST]]


def name(k: int) -> str:
    return f"ILSVRC2012_val_{k + 1:08d}"


def kit(folder: Path) -> None:
    """A development kit whose numbers do not follow the identifiers' order, as ImageNet's do not."""
    data = folder / "ILSVRC2012_devkit_t12" / "data"
    data.mkdir(parents=True)
    numbers = {"n02": 1, "n03": 2, "n01": 3}
    lines = "".join(f"{numbers[wnid]}\n" for wnid in TRUTH)
    (data / "ILSVRC2012_validation_ground_truth.txt").write_text(lines)
    fields = [("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O")]
    rows = [(number, wnid, "word") for wnid, number in numbers.items()]
    savemat(data / "meta.mat", {"synsets": np.array([*rows, (4, "n00", "animal")], dtype=fields)})


@pytest.mark.parametrize("beside", [True, False])
def test_the_development_kits_numbers_are_translated(beside: bool, root: Path) -> None:
    kit(root if not beside else root.parent)
    assert labels(root) == list(TRUTH)
    notes = understand(root).notes
    assert "folder: the labels of val/ come from ILSVRC2012_validation_ground_truth.txt, meta.mat" in notes
    assert "folder: val/ is the test set; validation is split from train/" in notes


def test_a_kit_without_its_table_is_refused(root: Path) -> None:
    kit(root)
    (root / "ILSVRC2012_devkit_t12" / "data" / "meta.mat").write_bytes(b"no")
    with pytest.raises(Refusal, match=r"meta.mat is not the development kit's table"):
        understand(root)
    (root / "ILSVRC2012_devkit_t12" / "data" / "meta.mat").unlink()
    with pytest.raises(Refusal, match=r"meta.mat is missing, which explains the numbers"):
        understand(root)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("val/val_annotations.txt", "{name}.JPEG\t{wnid}\t0\t0\t9\t9"),
        ("val_annotations.txt", "{name}.JPEG\t{wnid}"),
        ("val.txt", "{name}.JPEG {number}"),
        ("val_labels.csv", "{name}.JPEG,{wnid}"),
        ("LOC_val_solution.csv", "{name},{wnid} 111 108 441 193 "),
    ],
)
def test_a_list_of_names_and_classes_is_read(file: str, line: str, root: Path) -> None:
    lines = [line.format(name=name(k), wnid=wnid, number=WNIDS.index(wnid)) for k, wnid in enumerate(TRUTH)]
    (root / file).write_text("\n".join(["ImageId,PredictionString"] * file.endswith(".csv") + lines[::-1]))
    assert labels(root) == list(TRUTH)


def test_a_list_of_classes_in_the_order_of_the_names_is_read(root: Path) -> None:
    (root / "imagenet_2012_validation_synset_labels.txt").write_text("\n".join(TRUTH))
    assert labels(root) == list(TRUTH)
    (root / "val" / f"{name(2)}.JPEG").unlink()
    assert labels(root) == [*TRUTH[:2], *TRUTH[3:]], "the numbers in the names say which line is whose"


def test_without_labels_it_is_said(root: Path) -> None:
    tree = understand(root)
    assert "folder: val/ has no class folders, hence no labels: not used" in tree.notes
    assert sum("a fixed, stratified fifth" in note for note in tree.notes) == 1


def test_some_of_the_classes_have_their_own_validation_pictures(root: Path) -> None:
    kit(root)
    assert labels(root, classes=("n01", "n03")) == ["n03", "n01", "n01", "n03"]


def test_a_list_of_other_classes_is_refused(root: Path) -> None:
    (root / "val.txt").write_text("\n".join(f"{name(k)}.JPEG thing{k}" for k in range(6)))
    with pytest.raises(Refusal, match=r"its classes \('thing0', ...\) are none of the 3 class folders"):
        understand(root)


def test_a_list_in_another_encoding_is_no_traceback(root: Path) -> None:
    lines = b"".join(f"{name(k)}.JPEG\t{wnid}\tcaf".encode() + b"\xe9\n" for k, wnid in enumerate(TRUTH))
    (root / "val_annotations.txt").write_bytes(lines)
    assert labels(root) == list(TRUTH)
