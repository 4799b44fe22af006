"""Decoding that was cut off goes on: nothing is decoded twice, and the same set comes out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import DataSpec, load
from suite.data.building import JOURNAL, KEPT_SECONDS
from suite.data.cache import Entry, cached
from suite.data.contents import Along, Contents, Source
from tests.data.test_cache import IMAGES, check, contents

SIZE = 500
"""Of a chunk here: six of them."""


class Resuming:
    """A source of six chunks, of which the rows of `bad` cannot be read; it stops where it is told to."""

    def __init__(self, stop: int | None = None, error: BaseException | None = None, bad: tuple[int, ...] = ()) -> None:
        self.made: list[int] = []
        self.stop, self.error, self.bad = stop, error or KeyboardInterrupt(), bad
        self.source = Source("nowhere", 1, self._read)

    def _read(self) -> Contents:
        along = Along()
        files = tuple(f"{row}.png" for row in range(len(IMAGES)))
        whole = replace(contents(), files=files, along=along, resume=lambda first: self._chunks(first, along))
        return replace(whole, chunks=())

    def _chunks(self, first: int, along: Along) -> Iterator[np.ndarray]:
        for number in range(first, 6):
            if number == self.stop:
                raise self.error
            self.made.append(number)
            rows = range(number * SIZE, (number + 1) * SIZE)
            along.skipped |= {row: f"bad {row}" for row in rows if row in self.bad}
            kept = [row for row in rows if row not in self.bad]
            along.originals += [f"{row:016d}".encode() for row in kept]
            yield IMAGES[kept]


def interrupted(cache_dir: Path, stop: int, bad: tuple[int, ...] = ()) -> Path:
    """The folder of what was decoded before Ctrl-C."""
    with pytest.raises(KeyboardInterrupt):
        cached(Resuming(stop, bad=bad).source, "set", cache_dir)
    (build,) = cache_dir.glob(".partial.build.*")
    return build


def finished(cache_dir: Path, bad: tuple[int, ...] = ()) -> tuple[Entry, list[int]]:
    again = Resuming(bad=bad)
    entry = cached(again.source, "set", cache_dir)
    assert not list(cache_dir.glob(".partial.*"))
    return entry, again.made


@pytest.mark.parametrize("stop", [1, 3, 5])
def test_what_was_decoded_before_ctrl_c_is_not_decoded_again(
    stop: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted(tmp_path, stop)
    entry, made = finished(tmp_path)
    assert made == list(range(stop, 6))
    check(entry)
    assert entry.originals is not None
    assert [bytes(one) for one in entry.originals] == [f"{row:016d}".encode() for row in range(3000)]
    assert "decoding pictures: going on," in capsys.readouterr().err
    assert entry.hash == cached(Resuming().source, "set", tmp_path / "other").hash


def test_what_could_not_be_read_is_remembered(tmp_path: Path) -> None:
    """Rows of a chunk before the interruption, and a whole chunk of them."""
    bad = (3, 700, 1600, *range(1000, 1500))
    interrupted(tmp_path, 4, bad)
    entry, made = finished(tmp_path, bad)
    assert made == [4, 5]
    np.testing.assert_array_equal(entry.images, np.delete(IMAGES, bad, axis=0))
    assert any(note.startswith("503 of 3,000 pictures cannot be read") for note in entry.notes)


def flipped(build: Path) -> None:
    data = bytearray((build / "images.npy").read_bytes())
    data[128 + SIZE * 16 + 5] ^= 1
    (build / "images.npy").write_bytes(data)


def cut(build: Path) -> None:
    os.truncate(build / "images.npy", 128 + SIZE * 16 + 7)


def torn(build: Path) -> None:
    lines = (build / JOURNAL).read_text().splitlines(keepends=True)
    (build / JOURNAL).write_text(lines[0] + lines[1][:-9])


def no_journal(build: Path) -> None:
    (build / JOURNAL).unlink()


def no_images(build: Path) -> None:
    (build / "images.npy").unlink()


def nonsense(build: Path) -> None:
    (build / JOURNAL).write_text('{"digests": 3}\n[]\n')


@pytest.mark.parametrize(
    ("spoil", "first"), [(flipped, 1), (cut, 1), (torn, 1), (no_journal, 0), (no_images, 0), (nonsense, 0)]
)
def test_what_is_damaged_is_decoded_again(spoil: object, first: int, tmp_path: Path) -> None:
    spoil(interrupted(tmp_path, 3))  # type: ignore[operator]
    entry, made = finished(tmp_path)
    assert made == list(range(first, 6))
    check(entry)


def test_what_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        cached(Resuming(3, Refusal("a picture cannot be read")).source, "set", tmp_path)
    assert not list(tmp_path.glob(".partial.*"))


def test_another_set_leaves_it_alone_unless_it_is_old(tmp_path: Path) -> None:
    build = interrupted(tmp_path, 3)
    cached(Resuming().source, "other", tmp_path)
    assert build.exists()
    before = time.time() - KEPT_SECONDS - 60
    os.utime(build / JOURNAL, (before, before))
    cached(Resuming().source, "third", tmp_path)
    assert not build.exists()


def test_a_kill_in_the_middle_of_a_folder_costs_one_chunk(
    tmp_path: Path, environment_without_data: dict[str, str]
) -> None:
    """A real process, killed after one chunk of two; what is decoded afterwards is counted."""
    from PIL import Image

    for k in range(1100):
        (tmp_path / "set" / "ab"[k % 2]).mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(k).integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "set" / "ab"[k % 2] / f"{k}.bmp")
    command = [sys.executable, "-m", "suite.data", f"path={tmp_path / 'set'}", "image_size=8", f"workspace={tmp_path}"]
    trace = tmp_path / "trace"
    more = {**environment_without_data, "SUITE_FAULT_TRACE": str(trace)}
    killed = subprocess.run(command, env={**more, "SUITE_FAULT": "chunk-decoded:1"}, capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert trace.read_text().count("chunk-decoded") == 1
    again = subprocess.run(command, env=more, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0, again.stderr
    assert "decoding pictures: going on, 1,024 of 1,100 are there" in again.stderr
    assert trace.read_text().count("chunk-decoded") == 2
    spec = DataSpec("folder", path=str(tmp_path / "set"), image_size=8)
    kept, fresh = (load(spec, data_dir=None, cache_dir=tmp_path / name) for name in ("cache", "fresh"))
    assert kept.hash == fresh.hash
    np.testing.assert_array_equal(kept.images, fresh.images)
    assert not list((tmp_path / "cache").glob(".partial.*"))
    (tmp_path / "set" / "a" / "0.bmp").write_bytes((tmp_path / "set" / "b" / "1.bmp").read_bytes())
    assert load(replace(spec, allow_duplicates=True), data_dir=None, cache_dir=tmp_path / "cache").hash != kept.hash
