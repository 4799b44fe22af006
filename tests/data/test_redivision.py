"""Groups and folds of a folder, through the whole way from its files to the parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, load
from tests.data.made_up import class_tree
from tests.folders.photographs import photographs

PARTS = ("train", "validation", "test")


def opened(root: Path, **values: object) -> Dataset:
    spec = DataSpec("folder", path=str(root), **values)  # type: ignore[arg-type]
    return load(spec, data_dir=None, cache_dir=root.parent / "cache")


def of_subjects(root: Path, number: int = 15, classes: tuple[str, ...] = ("ill", "well")) -> Path:
    """Four pictures of each subject, a folder for each below its class."""
    return photographs(root, {f"{name}/{name[0]}{k:02d}": 4 for name in classes for k in range(number)})


def subjects(data: Dataset, part: str) -> set[str]:
    files = data.files()
    return {Path(files[index]).parent.name for index in getattr(data, part)}


@pytest.mark.parametrize("rule", ["parent", r"/(\w\d\d)/"])
def test_no_subject_is_in_two_parts(rule: str, tmp_path: Path) -> None:
    root = of_subjects(tmp_path / "set")
    data = opened(root, group=rule)
    found = [subjects(data, part) for part in PARTS]
    assert sum(map(len, found)) == len(set.union(*found)) == 30
    assert [len(getattr(data, part)) for part in PARTS] == [88, 8, 24]
    for part in PARTS:
        counts = np.bincount(data.labels[getattr(data, part)], minlength=2)
        assert counts[0] == counts[1]
    assert (
        f"30 groups by data.group={rule}, of 4 to 4 images: each is on one side of what is divided here" in data.notes
    )
    assert any("a fixed part of the groups is ours (24 of 120 images, 6 groups)" in note for note in data.notes)
    assert not any("stratified fifth" in note for note in data.notes)
    alone = opened(root)
    assert len(subjects(alone, "train") & subjects(alone, "test")) > 5, "without groups subjects are on both sides"
    assert data.hash != alone.hash
    assert len(list((tmp_path / "cache").glob("folder-*/"))) == 1, "decoded once"
    assert opened(root, group=rule).hash == data.hash


def test_validation_moves_with_the_seed_and_the_test_set_does_not(tmp_path: Path) -> None:
    root = of_subjects(tmp_path / "set")
    one, other = opened(root, group="parent"), opened(root, group="parent", split_seed=5)
    assert subjects(one, "test") == subjects(other, "test")
    assert subjects(one, "validation") != subjects(other, "validation")
    assert not subjects(other, "validation") & subjects(other, "train")


def test_a_publishers_test_set_stays_and_crossing_groups_are_said(tmp_path: Path) -> None:
    counts = {f"train/{name}/s{k}": 3 for name in "ab" for k in range(6)}
    root = class_tree(tmp_path / "set", counts | {f"test/{name}/s{k}": 3 for name in "ab" for k in (5, 6)})
    data = opened(root, group="parent")
    assert {data.files()[index].split("/")[0] for index in data.test} == {"test"}
    assert not subjects(data, "train") & subjects(data, "validation")
    assert (
        "the set's own division has 1 groups on both sides: 6 of 12 test images are of groups that are trained on"
        in data.notes
    )


@pytest.mark.parametrize(
    ("counts", "values", "why"),
    [
        (
            {"a": 9, "b": 9},
            {"group": "parent"},
            "data.group=parent leaves nothing to test on: all images of each class",
        ),
        ({"a/x": 9, "b/x": 9}, {"group": "parent"}, "all 18 pictures are of one group, 'x'"),
        ({"a": 9, "b": 9}, {"group": "p([0-9])"}, "finds no group in 18 of 18 paths: a/0.png"),
        ({"a": 9, "b": 9}, {"group": "["}, "unterminated character set at position 0; expected parent, or"),
        ({"a": 9, "b": 9}, {"group": "a.b"}, "has 0 groups in brackets: expected parent"),
        ({"a": 9, "b": 9}, {"group": 3}, "data.group=3: expected parent"),
        ({"a/x": 9, "a/y": 9, "b/z": 9, "b/w": 9}, {"group": "parent"}, "leaves nothing to validate on: 2 groups"),
        ({"a": 9, "b": 9}, {"folds": 5}, "give both"),
        ({"a": 9, "b": 9}, {"fold": 0}, "give both"),
        ({"a": 9, "b": 9}, {"folds": 5, "fold": 5}, "data.fold=5: expected a whole number from 0 to 4"),
        ({"a": 9, "b": 9}, {"folds": 1, "fold": 0}, "data.folds=1: expected a whole number from 2 to 100"),
        (
            {"train/a": 9, "train/b": 9, "test/a": 2, "test/b": 2},
            {"folds": 3, "fold": 0},
            "without a test set of their",
        ),
        ({"a/x": 9, "a/y": 9, "b/z": 9}, {"folds": 4, "fold": 0, "group": "parent"}, "more than the 3 groups"),
    ],
)
def test_what_cannot_be_divided_is_refused(
    counts: dict[str, int], values: dict[str, object], why: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=why.replace("[", r"\[").replace(".", r"\.")):
        opened(class_tree(tmp_path / "set", counts), **values)


def test_other_sets_have_neither_groups_nor_folds(tmp_path: Path) -> None:
    for values in ({"group": "parent"}, {"folds": 5, "fold": 0}):
        with pytest.raises(Refusal, match=r"is for dataset=folder; leave it out for digits"):
            load(DataSpec("digits", **values), data_dir=None, cache_dir=tmp_path)  # type: ignore[arg-type]


@pytest.mark.parametrize("group", [None, "parent"])
def test_each_image_is_tested_on_in_one_fold(group: str | None, tmp_path: Path) -> None:
    root = of_subjects(tmp_path / "set")
    folds = [opened(root, folds=5, fold=fold, group=group) for fold in range(5)]
    assert sorted(np.concatenate([data.test for data in folds])) == list(range(120))
    assert len({data.hash for data in folds}) == len({data.test_hash for data in folds}) == 5
    for data in folds:
        assert np.bincount(data.labels[data.test]).tolist() == [12, 12]
        assert sorted(np.concatenate([getattr(data, part) for part in PARTS])) == list(range(120))
        if group:
            assert not subjects(data, "test") & (subjects(data, "train") | subjects(data, "validation"))
    assert any(note.startswith("folder: no labelled test set; fold 4 of 5, counted from 0,") for note in folds[4].notes)
    assert len(list((tmp_path / "cache").glob("folder-*/"))) == 1


def test_copies_and_near_ones_are_looked_for_across_the_new_division(tmp_path: Path) -> None:
    """The same scene ten times for each subject: by subject there is nothing alike on two sides."""
    root = tmp_path / "set"
    photographs(root, {f"{name}/{name}{k}": 1 for name in "ab" for k in range(10)})
    from PIL import Image, ImageEnhance

    for path in sorted(root.glob("*/*/0.png")):
        picture = Image.open(path)
        for k in range(1, 6):
            ImageEnhance.Brightness(picture).enhance(1 - k / 100).save(path.with_name(f"{k}.png"))
    near = [note for note in opened(root).notes if "may be the same pictures or subjects" in note]
    assert len(near) == 1
    assert "this looks like the same subject in several pictures: data.group=parent" in near[0]
    for _ in range(2):  # found, then kept
        assert not any("may be the same" in note for note in opened(root, group="parent").notes)
    assert len(list((tmp_path / "cache").glob("folder-*.alike-*.json"))) == 1
    crossed = [note for note in opened(root, group=r"/(\d)\.png").notes if "may be the same" in note]
    assert len(crossed) == 1
    assert "data.group" not in crossed[0], "it was given, and finds something else"
