from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.data.files.formats import SUFFIXES, UNREAD, is_torn_png, suffixless

FAKE = """
from PIL import Image, ImageFile

class Reader(ImageFile.ImageFile):
    format = "HEIF"
    def _open(self):
        self.fp.seek(12)
        self._size, self._mode = (16, 16), "RGB"
        self.tile = [("raw", (0, 0, 16, 16), 12, ("RGB", 0, 1))]

def register_heif_opener():
    Image.register_open("HEIF", Reader, lambda head: head[4:8] == b"ftyp")
"""
"""Stands for pillow-heif, which is no dependency: pictures are their bytes behind the first twelve."""

ASK = """
import sys; from pathlib import Path
from suite.data.sources.folder import locate
contents = locate(Path(sys.argv[1]), None).read()
print(contents.shape, [int(v) for chunk in contents.chunks for v in chunk[:, 0, 0, 0]], contents.notes[1:])
"""


def test_no_suffix_is_both_read_and_not() -> None:
    assert not SUFFIXES & UNREAD


@pytest.mark.parametrize(
    ("suffix", "nothing"), [("", True), (".0012", True), (".", True), (".jpg", False), (".md", False)]
)
def test_a_number_is_no_suffix(suffix: str, nothing: bool) -> None:
    assert suffixless(suffix) is nothing


def test_heic_is_read_where_its_decoder_is_installed(tmp_path: Path) -> None:
    """In a process that finds a decoder; the one without is in test_classes."""
    (tmp_path / "pillow_heif.py").write_text(FAKE)
    for name in "ab":
        (tmp_path / "set" / name).mkdir(parents=True)
        for k in range(3):
            pixels = bytes([10 * k + ord(name), 0, 0]) * 256
            file = tmp_path / "set" / name / (f"{k}.heic" if k else "unnamed")
            file.write_bytes(b"\0\0\0\x18ftypheic" + pixels)
    environment = {**os.environ, "PYTHONPATH": f"{Path(__file__).parents[3]}{os.pathsep}{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path / "set")],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "(6, 16, 16, 3) [107, 117, 97, 108, 118, 98] ()", done.stderr


def test_a_flipped_bit_anywhere_in_the_pixels_of_a_png_is_seen(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")  # of several chunks
    data = (tmp_path / "a.png").read_bytes()
    assert data.count(b"IDAT") > 1
    assert not is_torn_png(data)
    assert not is_torn_png(data[:100])
    assert not is_torn_png(b"GIF89a")
    for place in (60, len(data) // 2, len(data) - 20):
        damaged = bytearray(data)
        damaged[place] ^= 1
        assert is_torn_png(bytes(damaged))
