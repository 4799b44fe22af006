"""People's folders on their way through the commands: said before anything trains, or refused in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from suite.commandline import REFUSED
from suite.training.prediction import find_pictures
from tests.data.made_up import picture
from tests.folders.conftest import Run
from tests.folders.photographs import photographs


def test_what_was_left_out_is_said_before_anything_trains(plan: Run, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"train/cat/in": 10, "train/cat/out": 10, "train/dog": 90, "train/@eaDir": 4})
    picture(root / "val" / "1.png")
    for k in range(7):
        (root / "train" / "cat" / f"{k}.heic").write_bytes(b"0000ftypheic")
    code, out, err = plan(root)
    assert (code, err) == (0, "")
    for said in (
        "note: folder: val/ has no class folders, hence no labels: not used",
        "note: folder: inner folders were merged into one class each: cat (in 10, out 10)",
        "note: 4 thumbnails or deleted pictures were ignored (4 in @eaDir)",
        "note: folder: pictures in formats that are not read were ignored: cat 7 (.heic; 20 remain); pip install",
        "note: folder: no labelled test set; a fixed, stratified fifth",
        "note: always guessing 'dog' errs on 18.2% of the test images",
    ):
        assert said in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a fixed, stratified fifth (12 of 60 images) is ours"),
        (["data.label_from=inner"], "folder: 43 training, 5 validation, 12 test images"),
        (["data.classes=[cat,dog]"], "a fixed, stratified fifth (8 of 40 images) is ours"),
        (["data.classes=2"], "a fixed, stratified fifth (8 of 40 images) is ours"),
        (["data.fit=pad"], "were laid on a black square and resized"),
        (["data.on_bad=skip"], "a fixed, stratified fifth (12 of 60 images) is ours"),
        (["data.allow_duplicates=true"], "a fixed, stratified fifth (12 of 60 images) is ours"),
        ([r"data.group=/(\d)\d*\.png$"], "10 groups by data.group=/(\\d)\\d*\\.png$, of 4 to 24 images: each is"),
        (["data.folds=4", "data.fold=3"], "fold 3 of 4, counted from 0, is the test set (15 of 60 images)"),
    ],
)
def test_the_wishes_are_taken_from_the_command_line(arguments: list[str], said: str, plan: Run, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"cat/in": 10, "cat/out": 10, "dog": 20, "emu": 20})
    code, out, err = plan(root, *arguments)
    assert (code, err) == (0, "")
    assert said in out


def test_a_list_of_labels_is_found_from_where_one_types(
    plan: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = photographs(tmp_path / "set", {"images": 40})
    (tmp_path / "labels.csv").write_text("file,label\n" + "".join(f"{k}.png,{'ab'[k % 2]}\n" for k in range(40)))
    monkeypatch.chdir(tmp_path)
    code, out, err = plan(root, "data.labels=labels.csv")
    assert (code, err) == (0, "")
    assert "folder: 29 training, 3 validation, 8 test images" in out


def test_a_set_smaller_than_a_batch_is_said_and_so_is_guessing(inspect: Run, tmp_path: Path) -> None:
    code, out, _ = inspect(photographs(tmp_path / "set", {"cat": 20, "dog": 30}))
    assert code == 0
    assert "the 36 training images are fewer than a batch of 128" in out
    assert "majority: always 'dog': 40.0% error on the test images" in out


def test_every_copy_is_listed(inspect: Run, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"train/cat": 20, "train/dog": 20, "test/cat": 5, "test/dog": 5})
    Image.open(root / "train" / "cat" / "3.png").save(root / "test" / "dog" / "near.jpg", quality=50)
    (root / "train" / "dog" / "same.png").write_bytes((root / "train" / "dog" / "7.png").read_bytes())
    code, out, _ = inspect(root, f"duplicates={tmp_path / 'copies.csv'}")
    assert code == 0
    assert "copies:   2 pairs" in out
    lines = (tmp_path / "copies.csv").read_text().splitlines()[1:]
    assert {line.split(",")[0] for line in lines} == {"exact", "near"}
    (near,) = (line for line in lines if line.startswith("near"))
    assert near.startswith("near,test,dog,test/dog/near.jpg,")
    assert near.endswith("cat,train/cat/3.png")
    assert "near, across parts, under different classes" in out


def test_names_in_any_script_and_with_any_punctuation_are_read(inspect: Run, tmp_path: Path) -> None:
    names = ["猫", "собака", 'c\'at, "x"', "a=b;c", "ünï", "50% off", "𝒟𝓸𝓰", "new\nline", os.fsdecode(b"caf\xe9")]
    root = tmp_path / "set"
    for number, name in enumerate(names):
        photographs(root, {str(number): 5})
        (root / str(number)).rename(root / name)
    code, out, _ = inspect(root)
    assert code == 0
    assert "new\\nline" in out
    assert f"45 images of 64x64x3, {len(names)} classes" in out


def test_names_that_are_not_utf8_are_no_traceback_anywhere(inspect: Run, plan: Run, tmp_path: Path) -> None:
    odd = os.fsdecode(b"x\xff\xe9")
    root = photographs(
        tmp_path / "set", {"train/a/1": 9, "train/a/2": 9, "train/b": 9, "test/a": 2, "test/b": 2, "c": 2}
    )
    (root / "train" / "a" / "1").rename(root / "train" / "a" / odd)
    (root / "train" / "b" / "0.png").rename(root / "train" / "b" / f"{odd}.png")
    (root / "c").rename(root / odd)
    (root / "train" / f"{odd}circle").symlink_to(".")
    for command in (inspect, plan):
        code, out, err = command(root)
        assert (code, err) == (0, "")
        assert "a (2 9, xÿé 9)" in out
        assert "xÿé/ beside train/ belong to no part" in out
        assert "not followed: xÿécircle" in out
    (root / "train" / "b" / f"{odd}.png").write_bytes(b"")
    code, _, err = inspect(root)
    assert (code, err.count("\n")) == (REFUSED, 1)


def test_predictions_name_what_they_pass_by(tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"a": 2, "@eaDir": 2})
    (root / "a" / "photo.heic").write_bytes(b"0000ftypheic")
    (root / "a" / "lost.png").symlink_to("gone.png")
    (root / "a" / "0.png").rename(root / "a" / "unnamed")
    pictures, notes = find_pictures(root)
    assert [path.name for path in pictures] == ["1.png", "unnamed"]
    assert notes == (
        "1 files that are no pictures were ignored (1 .heic)",
        "2 thumbnails or deleted pictures were ignored (2 in @eaDir)",
        f"not a picture, but a link that leads nowhere: {root / 'a' / 'lost.png'}",
    )
    assert find_pictures(root / "a" / "unnamed") == ([root / "a" / "unnamed"], ())
