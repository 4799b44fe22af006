"""What a set of picture files has beside its images: their names, their digests, and those that cannot be read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from suite.core.durable import write_json
from suite.core.refusals import Refusal
from suite.data.arrays import write_digests
from suite.data.contents import DIGEST_BYTES, Contents, Digests
from suite.data.duplicates import alike_note

ORIGINALS = "originals.npy"
FILES = "files.json"


def _list_of(entry: Path) -> Path:
    return entry.with_name(f"{entry.name}.unreadable.txt")


@contextlib.contextmanager
def listing_unreadable(entry: Path) -> Iterator[None]:
    """Keep the whole list of the pictures that cannot be read, where a refusal names the first of them."""
    path = _list_of(entry)
    path.unlink(missing_ok=True)
    try:
        yield
    except Refusal as refusal:
        lines: list[str] = getattr(refusal, "listing", [])  # of suite.data.decoding.Unreadable, which loads Pillow
        if not lines:
            raise
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="backslashreplace")
        raise Refusal(f"{refusal}; all are listed in {path}; data.on_bad=skip leaves them out") from None


def settled(contents: Contents, partial: Path, entry: Path) -> Contents:
    """What is known once all chunks came: which files did not, and the others' names and digests, which are kept."""
    along = contents.along
    if along is None:
        return contents
    skipped = [f"{contents.files[row]}\t{reason}\n" for row, reason in sorted(along.skipped.items())]
    if skipped:
        _list_of(entry).write_text("".join(skipped), encoding="utf-8", errors="backslashreplace")
    contents = contents.settled()
    write_json(partial / FILES, list(contents.files))
    originals = np.frombuffer(b"".join(along.originals), np.dtype((np.void, DIGEST_BYTES)))
    write_digests(partial / ORIGINALS, originals)
    return contents


def alike(partial: Path, contents: Contents, digests: Digests) -> tuple[str, ...]:
    """Notes about near duplicates, for the images that were just written."""
    images = np.load(partial / "images.npy", mmap_mode="r")
    return alike_note(images, contents.part, digests, contents.files, ours=contents.held_out)
