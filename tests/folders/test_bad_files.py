"""What in people's folders is no picture, or cannot be read: refused by name in one sentence, or left out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.commandline import REFUSED
from tests.data.made_up import picture
from tests.folders.conftest import Run
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
