"""People's folders on their way through the commands: said before anything trains, or refused in one sentence."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import suite.data.__main__ as inspection
import suite.run
from suite.commandline import REFUSED, enter
from suite.training.prediction import find_pictures
from tests.data.made_up import picture

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def inspect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`python -m suite.data path=...`: exit code, output and errors."""

    def call(root: Path, *arguments: str) -> tuple[int, str, str]:
        code = enter(inspection.main, inspection.HELP, [f"path={root}", f"workspace={tmp_path / 'ws'}", *arguments])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`python -m suite.run study=quickstart dataset=folder dry_run=true`, which goes as far as the plan."""

    def call(root: Path, *arguments: str) -> tuple[int, str, str]:
        where = [f"data.path={root}", f"workspace={tmp_path / 'ws'}", "data.image_size=32", "recipe.batch_size=8"]
        given = ["study=quickstart", "dataset=folder", "dry_run=true", "offline=true", *where, *arguments]
        code = enter(suite.run.main, suite.run.HELP, given)
        return code, *capsys.readouterr()

    return call


def photographs(root: Path, counts: dict[str, int]) -> Path:
    """Different pictures with structure, in folders."""
    for folder, count in counts.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            random = np.random.default_rng([k, zlib.crc32(folder.encode())])
            small = random.integers(0, 256, (5, 5, 3), dtype=np.uint8)
            Image.fromarray(small).resize((40, 32), Image.Resampling.BICUBIC).save(root / folder / f"{k}.png")
    return root


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


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def bad_pictures(root: Path) -> None:
    halved(root / "cat" / "1.png")


def html(root: Path) -> None:
    (root / "dog" / "page.jpg").write_text("<!DOCTYPE html><html>404</html>")


def nothing(root: Path) -> None:
    (root / "dog" / "empty.jpg").write_bytes(b"")


def floating(root: Path) -> None:
    Image.fromarray(np.ones((9, 9), np.float32)).save(root / "cat" / "f.tif")


def circle(root: Path) -> None:
    (root / "cat" / "x.png").symlink_to("x.png")


def unmounted(root: Path) -> None:
    (root / "emu").symlink_to("/not/mounted")


def twice(root: Path) -> None:
    (root / "pup").symlink_to("dog")


def pipe(root: Path) -> None:
    os.mkfifo(root / "cat" / "pipe.png")


def copied(root: Path) -> None:
    for k in range(20):
        (root / "cat" / f"copy{k}.png").write_bytes((root / "cat" / f"{k}.png").read_bytes())


def tiny_class(root: Path) -> None:
    picture(root / "emu" / "one.png")


def empty_class(root: Path) -> None:
    (root / "emu").mkdir()


def single_class(root: Path) -> None:
    (root / "dog").rename(root.parent / "dog")


def split(root: Path) -> None:
    for name in ("cat", "dog"):
        (root / name).rename(root / {"cat": "train", "dog": "test"}[name])


def folder_like_a_picture(root: Path) -> None:
    (root / "cat" / "album.png").symlink_to("/not/mounted/album.png")


@pytest.mark.parametrize(
    "spoil",
    [
        bad_pictures, html, nothing, floating, circle, unmounted, twice, pipe, copied, tiny_class, empty_class,
        single_class, split, folder_like_a_picture,
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_one_sentence_by_name(
    spoil: Callable[[Path], None], inspect: Run, plan: Run, tmp_path: Path
) -> None:
    root = photographs(tmp_path / "set", {"cat": 20, "dog": 20})
    spoil(root)
    for command in (inspect, plan):
        code, out, err = command(root)
        assert (code, out) == (REFUSED, "")
        assert err.startswith("refused: ")
        assert err.count("\n") == 1
        assert str(root) in err or "test images are exact copies" in err


def test_bad_pictures_can_be_left_out(inspect: Run, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"cat": 20, "dog": 20})
    for spoil in (bad_pictures, html, nothing, floating):
        spoil(root)
    code, out, _ = inspect(root, "on_bad=skip")
    assert code == 0
    assert "4 of 43 pictures cannot be read and were left out (data.on_bad=skip): cat 2, dog 2" in out


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


def corpus(folder: Path) -> list[str]:
    """Files that are called pictures and are none, or are damaged: what downloads, disks and people make."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    whole: dict[str, bytes] = {}
    for suffix in ("jpg", "png", "gif", "bmp", "tif", "webp", "avif"):
        noise.save(folder / f"whole.{suffix}")
        whole[suffix] = (folder / f"whole.{suffix}").read_bytes()
        (folder / f"whole.{suffix}").unlink()
    noise.save(folder / "p.jpg", progressive=True)
    whole["p.jpg"] = (folder / "p.jpg").read_bytes()
    (folder / "p.jpg").unlink()
    found = {f"half-{kind}.{kind.rpartition('.')[2]}": data[: len(data) // 2] for kind, data in whole.items()}
    found |= {f"head-{kind}.{kind.rpartition('.')[2]}": data[:20] for kind, data in whole.items()}
    damaged = bytearray(whole["png"])
    damaged[len(damaged) // 2] ^= 255
    found |= {
        "flipped.png": bytes(damaged),
        "empty.jpg": b"",
        "zeros.jpg": bytes(5000),
        "random.png": np.random.default_rng(1).bytes(5000),
        "page.jpg": b"<!DOCTYPE html><html><body>404</body></html>",
        "denied.jpg": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        "json.png": b'{"error": "rate limit"}',
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "paper.jpg": b"%PDF-1.7\n%%EOF",
        "archive.jpg": b"PK\x03\x04" + bytes(60),
        "film.jpg": b"\0\0\0\x18ftypmp42" + bytes(60),
        "photo.jpg": b"\0\0\0\x18ftypheic" + bytes(60),
        "text.gif": "a picture of a cat".encode("utf-16"),
        "pointer.jpg": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
        "huge.ppm": b"P6 60000 60000 255\n" + bytes(100),
        "none.ppm": b"P6 0 0 255\n",
    }
    for name, data in found.items():
        (folder / name).write_bytes(data)
    Image.fromarray(np.ones((9, 9), np.float32)).save(folder / "float.tif")
    Image.fromarray(np.full((9, 9), 1 << 20, np.int32)).save(folder / "deep.tif")
    return [*found, "float.tif", "deep.tif"]


def test_a_corpus_of_bad_files_is_named_and_none_reaches_training(inspect: Run, plan: Run, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"cat": 20, "dog": 20})
    names = corpus(root / "cat")
    assert len(names) == 34
    for command in (inspect, plan):
        code, out, err = command(root)
        assert (code, out, err.count("\n")) == (REFUSED, "", 1)
        assert f"refused: {len(names)} of {40 + len(names)} pictures cannot be read" in err
        listing = Path(err.partition("listed in ")[2].partition(";")[0])
        assert {Path(line.split("\t")[0]).name for line in listing.read_text().splitlines()} == set(names)
    code, out, _ = inspect(root, "on_bad=skip")
    assert code == 0
    assert "folder: 40 images" in out
    assert f"{len(names)} of {40 + len(names)} pictures cannot be read and were left out (data.on_bad=skip)" in out
