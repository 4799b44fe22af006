from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.layouts.tree import Choice, Tree, understand
from tests.data.made_up import picture


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for k in range(12):
        picture(tmp_path / "pictures" / "images" / f"{k:02d}.png", (k, 0, 0))
    return tmp_path / "pictures"


def listed(root: Path, *lines: str, name: str = "labels.csv") -> Tree:
    file = root.parent / name
    file.write_text("\n".join(lines), encoding="utf-8")
    return understand(root, choice=Choice(labels=file))


def said(tree: Tree) -> dict[str, str]:
    return {p.path.name: tree.class_names[label] for p, label in zip(tree.pictures, tree.labels, strict=True)}


EXPECTED = {f"{k:02d}.png": "even" if k % 2 == 0 else "odd" for k in range(12)}


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        ("path,label", "images/{k:02d}.png,{label}"),
        ("\ufeffimage_id,breed", "{k:02d},{label}"),
        ("label;x;file_name", "{label};1;{k:02d}.png"),
        ("id\tclass", "images/{k:02d}\t{label}"),
        (None, "./images/{k:02d}.png,{label}"),
        (None, "images\\{k:02d}.png {label}"),
    ],
)
def test_paths_and_labels_are_read_as_people_write_them(heading: str | None, line: str, root: Path) -> None:
    lines = [line.format(k=k, label="odd" if k % 2 else "even") for k in range(12)]
    tree = listed(root, *([heading] if heading else []), *lines)
    assert said(tree) == EXPECTED
    assert tree.annotations == (root.parent / "labels.csv",)


def test_headings_are_no_pictures_where_a_folder_is_called_so(root: Path) -> None:
    (root / "images").rename(root / "image")
    assert (
        said(listed(root, "image,label", *(f"{k:02d}.png,{'odd' if k % 2 else 'even'}" for k in range(12)))) == EXPECTED
    )


def test_a_column_divides(root: Path) -> None:
    parts = ["train"] * 8 + ["val"] * 2 + ["test"] * 2
    tree = listed(root, "path,label,split", *(f"{k:02d}.png,{'ab'[k % 2]},{part}" for k, part in enumerate(parts)))
    assert [int(np.sum(tree.part == part)) for part in (TRAIN, VALIDATION, TEST)] == [8, 2, 2]
    with pytest.raises(Refusal, match=r"line 2: 'holdout' is no part; expected train, val or test"):
        listed(root, "path,label,split", "00.png,a,holdout")


def test_folders_divide_where_no_column_does(root: Path) -> None:
    (root / "images").rename(root / "train")
    for k in range(4):
        picture(root / "test" / f"t{k}.png", (0, k, 0))
    lines = [f"train/{k:02d}.png,{'ab'[k % 2]}" for k in range(12)] + [f"test/t{k}.png,{'ab'[k % 2]}" for k in range(4)]
    tree = listed(root, *lines)
    assert [int(np.sum(tree.part == part)) for part in (TRAIN, TEST)] == [12, 4]


def test_numbers_are_classes_in_the_order_of_their_values(root: Path) -> None:
    tree = listed(root, "file,label", *(f"{k:02d}.png,{(2, 10, 1)[k % 3]}" for k in range(12)))
    assert tree.class_names == ("1", "2", "10")


def test_what_is_not_listed_is_counted(root: Path) -> None:
    tree = listed(root, "file,label", *(f"{k:02d}.png,{'ab'[k % 2]}" for k in range(10)))
    assert "folder: 2 pictures that labels.csv does not list are not used" in tree.notes


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["file,label", "gone.png,a"], r"lists 1 pictures that .*pictures has not: gone.png"),
        (["file,label", "00.png,a", "00.png,b"], r"line 3: 00.png is 'b' here and 'a' in line 2"),
        (["file,label", "00.png,"], r"line 2: 00.png has no label"),
        (["file,width,height", "00.png,3,4"], r"line 1: which column has the labels\? .*one of width, height"),
        (["a,b,c", "x,y,z"], r"line 1: expected headings, .*; and no column names pictures of this folder"),
        (["path,split,label", "00.png"], r"line 2: expected 3 columns or more"),
        ([""], r"is empty; expected lines of path and label"),
        (["file,label", f"00.png,{'a' * 200_000}"], r"line 2: not a line of a CSV \(field larger"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(lines: list[str], why: str, root: Path) -> None:
    with pytest.raises(Refusal, match=why):
        listed(root, *lines)


def test_a_missing_list_is_refused(root: Path) -> None:
    with pytest.raises(Refusal, match=r"data.labels=.*gone.csv is not a file"):
        understand(root, choice=Choice(labels=root / "gone.csv"))
