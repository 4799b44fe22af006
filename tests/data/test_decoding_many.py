"""Many pictures: in chunks, in their order, and what becomes of those that cannot be read."""

from __future__ import annotations

import hashlib
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.core.refusals import Refusal
from suite.data import decoding
from suite.data.contents import Along
from suite.data.decoding import decode, decode_some
from suite.data.headers import MAX_PIXELS, read_headers
from tests.data.made_up import picture
from tests.data.test_decoding import corners


def bomb(path: Path, side: int) -> Path:
    """A PNG of a few bytes whose header claims side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    return path


def test_what_cannot_be_read_is_listed_with_reasons(tmp_path: Path) -> None:
    good = picture(tmp_path / "good.png")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.jpg")
    whole = (tmp_path / "whole.jpg").read_bytes()
    broken = {"cut.jpg": whole[: len(whole) // 2], "empty.png": b"", "text.jpg": b"<html>not found</html>"}
    paths = [good]
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    paths += [bomb(tmp_path / "warned.png", 10_000), bomb(tmp_path / "refused.png", 20_000), tmp_path / "gone.png"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images, failures = decode_some(paths, 16, 3)
    assert corners(images[0])[0] == (200, 30, 40)
    assert not images[1:].any()
    reasons = {path.name: reason for path, reason in failures}
    assert "truncated" in reasons["cut.jpg"]
    assert reasons["empty.png"] == reasons["text.jpg"] == "not a picture, or damaged"
    assert reasons["warned.png"] == reasons["refused.png"] == "more than 89,478,485 pixels: make it smaller"
    assert "No such file" in reasons["gone.png"]
    assert len(reasons) == 6


def test_the_refusal_names_the_first_ten_after_all_were_tried(tmp_path: Path) -> None:
    paths = [tmp_path / f"{k:02d}.png" for k in range(12)]
    for path in paths:
        path.write_bytes(b"")
    paths.append(picture(tmp_path / "good.png"))
    with pytest.raises(Refusal) as refusal:
        list(decode(paths, 16, 3))
    text = str(refusal.value)
    assert text.startswith("12 of 13 pictures cannot be read; replace or delete them: ")
    assert "09.png" in text
    assert "10.png" not in text
    assert text.endswith("; and 2 more")


def test_chunks_come_in_the_order_of_the_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK", 3)
    paths = [picture(tmp_path / f"{k}.png", (k, 0, 0)) for k in range(8)]
    chunks = list(decode(paths, 8, 3))
    assert [len(chunk) for chunk in chunks] == [3, 3, 2]
    assert np.concatenate(chunks)[:, 0, 0, 0].tolist() == list(range(8))


def test_long_decoding_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [picture(tmp_path / f"{k}.png") for k in range(5)]
    monkeypatch.setattr(decoding, "CHUNK", 3)
    list(decode(paths, 8, 3))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(decoding, "PATIENCE", 0.0)
    list(decode(paths, 8, 3))
    assert capsys.readouterr().err == "decoding pictures: 3 of 5\ndecoding pictures: 5 of 5\n"


def test_a_photograph_of_a_large_camera_is_read_reduced_and_a_large_png_is_not(tmp_path: Path) -> None:
    Image.new("RGB", (12_000, 9_000), (30, 90, 150)).save(tmp_path / "large.jpg", quality=30)
    images, failures = decode_some([tmp_path / "large.jpg", bomb(tmp_path / "large.png", 10_000)], 32, 3)
    assert [(path.name, reason) for path, reason in failures] == [
        ("large.png", "more than 89,478,485 pixels: make it smaller")
    ]
    np.testing.assert_allclose(images[0].reshape(-1, 3).mean(axis=0), (30, 90, 150), atol=5)
    (header,) = read_headers([tmp_path / "large.jpg"])
    assert header is not None
    assert (header.width, header.height) == (12_000, 9_000)
    assert Image.MAX_IMAGE_PIXELS == MAX_PIXELS, "Pillow's own limit is back, and the same"


def test_files_are_digested_and_bad_ones_left_out_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK", 2)
    paths = [picture(tmp_path / f"{k}.png", (k, 0, 0)) for k in range(7)]
    for k in (1, 2, 3):
        paths[k].write_bytes(b"no")
    along = Along()
    chunks = list(decode(paths, 8, 3, along=along, skip=True))
    assert [len(chunk) for chunk in chunks] == [1, 0, 2, 1]
    assert np.concatenate(chunks)[:, 0, 0, 0].tolist() == [0, 4, 5, 6]
    assert along.skipped == dict.fromkeys((1, 2, 3), "not a picture, or damaged")
    assert along.originals == [hashlib.blake2b(paths[k].read_bytes(), digest_size=16).digest() for k in (0, 4, 5, 6)]
