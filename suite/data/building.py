"""An interrupted decoding goes on: each chunk of a set is kept durably as it comes, with a line of a journal.

    <cache_dir>/.partial.build.<entry>/images.npy journal.jsonl

The images are those of the entry to come; a line says of its chunk how many there are, their digests, those of their
files, and which files could not be read. What a kill cut off, in either file, is decoded again. The folder's name has
the entry's key in it, so that a changed folder of pictures begins anew. The caller holds the entry's lock.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from suite.core.durable import PARTIAL, sync_directory
from suite.core.faults import reach
from suite.data.arrays import append, begin_images, end_images
from suite.data.contents import CHUNK, DIGEST_BYTES, Along, Contents, Digests, image_digests

IMAGES, JOURNAL = "images.npy", "journal.jsonl"
KEPT_SECONDS = 7 * 24 * 3600
"""How long what was begun waits to be gone on with, while other sets are decoded."""


def build_of(entry: Path) -> Path:
    return entry.with_name(f"{PARTIAL}build.{entry.name}")


def is_waiting(build: Path) -> bool:
    """Whether what was begun may still be gone on with."""
    with contextlib.suppress(OSError):
        return time.time() - (build / JOURNAL).stat().st_mtime < KEPT_SECONDS
    return False


@dataclass
class _Line:
    """What the journal knows of one chunk."""

    digests: Digests
    originals: list[bytes]
    skipped: dict[int, str]

    def text(self) -> str:
        known = {
            "digests": self.digests.tobytes().hex(),
            "originals": b"".join(self.originals).hex(),
            "skipped": {str(row): reason for row, reason in self.skipped.items()},
        }
        return json.dumps(known) + "\n"

    @classmethod
    def of(cls, text: str) -> _Line:
        """Raises ValueError and KeyError for a line that is not whole."""
        known = json.loads(text)
        digests = np.array(_split(known["digests"]), np.dtype((np.void, DIGEST_BYTES)))
        return cls(digests, _split(known["originals"]), {int(k): reason for k, reason in known["skipped"].items()})


def _split(text: str) -> list[bytes]:
    data = bytes.fromhex(text)
    return [data[start : start + DIGEST_BYTES] for start in range(0, len(data), DIGEST_BYTES)]


def write_resumably(contents: Contents, entry: Path, target: Path) -> Digests:
    """Decode what is not yet decoded, put the images at `target`, and return the digest of each.

    What was begun stays when the process is killed or interrupted, and goes where decoding is refused. `contents` must
    say how to resume; `contents.along` is complete afterwards.
    """
    assert contents.resume is not None
    assert contents.along is not None
    build = build_of(entry)
    build.mkdir(exist_ok=True)
    try:
        digests = _build(build, contents)
    except Exception:
        shutil.rmtree(build, ignore_errors=True)
        raise
    try:
        os.link(build / IMAGES, target)  # kept there too: the entry is not whole before its last file is
    except OSError:  # not every disk has links
        os.replace(build / IMAGES, target)
    return digests


def _build(build: Path, contents: Contents) -> Digests:
    along = contents.along
    assert along is not None
    assert contents.resume is not None
    lines = _trusted(build, contents.shape)
    for line in lines:
        along.originals += line.originals
        along.skipped |= line.skipped
    if lines:
        done = min(len(lines) * CHUNK, contents.shape[0])
        print(f"decoding pictures: going on, {done:,} of {contents.shape[0]:,} are there", file=sys.stderr, flush=True)
    with (build / IMAGES).open("r+b" if lines else "wb") as images, (build / JOURNAL).open("a") as journal:
        begin_images(images, contents.shape, sum(len(line.digests) for line in lines))
        sync_directory(build)
        seen = _seen(along)
        for chunk in contents.resume(len(lines)):
            line = _Line(append(images, chunk, contents.shape), *_since(along, seen))
            os.fsync(images.fileno())  # before the journal says so
            journal.write(line.text())
            journal.flush()
            os.fsync(journal.fileno())
            lines.append(line)
            seen = _seen(along)
            reach("chunk-decoded")
        digests = np.concatenate([line.digests for line in lines])
        end_images(images, contents, len(digests))
    return digests


def _seen(along: Along) -> tuple[int, int]:
    return len(along.originals), len(along.skipped)


def _since(along: Along, seen: tuple[int, int]) -> tuple[list[bytes], dict[int, str]]:
    rows = list(along.skipped.items())
    return along.originals[seen[0] :], dict(rows[seen[1] :])


def _trusted(build: Path, shape: tuple[int, int, int, int]) -> list[_Line]:
    """The journal's lines whose images are there as they were; the journal is cut to them."""
    lines: list[_Line] = []
    try:
        texts = (build / JOURNAL).read_text(encoding="utf-8").splitlines(keepends=True)
        with (build / IMAGES).open("rb") as images:
            begin_images(images, shape, 0, check=True)
            for text, line in zip(texts, _lines(texts), strict=False):
                count = len(line.digests)
                data = images.read(count * math.prod(shape[1:]))
                pixels = (
                    np.frombuffer(data, np.uint8).reshape(count, *shape[1:]) if count else np.empty((0, 1), np.uint8)
                )
                if not text.endswith("\n") or (count and (image_digests(pixels) != line.digests).any()):
                    break
                lines.append(line)
    except (OSError, ValueError):
        pass  # cut off where it is, or not begun: what was read so far holds
    (build / JOURNAL).write_text("".join(line.text() for line in lines), encoding="utf-8")
    return lines


def _lines(texts: list[str]) -> Iterator[_Line]:
    for text in texts:
        try:
            yield _Line.of(text)
        except (ValueError, KeyError, TypeError, AttributeError):
            return
