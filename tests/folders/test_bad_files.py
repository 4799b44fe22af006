"""What in people's folders is no picture, or cannot be read: refused by name in one sentence, or left out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.commandline import REFUSED
from suite.core.refusals import Refusal
from suite.study import run
from tests.data.made_up import picture
from tests.folders.conftest import Run
from tests.folders.corpus import corpus
from tests.folders.photographs import photographs


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


def test_a_corpus_of_bad_files_is_named_and_none_reaches_training(inspect: Run, plan: Run, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"cat": 20, "dog": 20})
    names = corpus(root / "cat")
    assert len(names) >= 40
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
    code, out, _ = plan(root, "data.on_bad=skip")
    assert code == 0
    counts = re.search(r"folder: (\d+) training, (\d+) validation, (\d+) test images", out)
    assert counts is not None
    assert sum(map(int, counts.groups())) == 40
    assert f"{len(names)} of {40 + len(names)} pictures cannot be read and were left out" in out


@pytest.mark.parametrize("spoil", [bad_pictures, html, pipe, copied, tiny_class, single_class, split, corpus])
def test_a_notebook_is_told_the_same_sentence(
    spoil: Callable[[Path], object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Called as a function, without a terminal: an exception of one sentence, which IPython shows alone."""
    root = photographs(tmp_path / "set", {"cat": 20, "dog": 20})
    spoil(root / "cat" if spoil is corpus else root)
    settings = {"data__path": root, "data__image_size": 32, "recipe__batch_size": 8}
    with pytest.raises(Refusal) as refused:
        run("quickstart", dataset="folder", budget="smoke", offline=True, workspace=tmp_path / "ws", **settings)
    (shown,) = refused.value._render_traceback_()
    assert shown == f"refused: {refused.value}"
    assert "\n" not in shown
    assert not list((tmp_path / "ws").glob("runs/*/*/*/**/run.json")), "nothing began"
