"""The arrays of a cached set as files: images as they come, a chunk at a time, and their digests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np

from suite.data.contents import DIGEST_BYTES, Contents, Digests, image_digests


def write_images(path: Path, contents: Contents) -> Digests:
    """Stream the chunks into an .npy file and return the digest of each image.

    Written, not mapped: on a full disk a write says so, where a page of a map would end the process. The header comes
    first and once more at the end, for fewer images may have come than there are files.
    """
    digests = []
    count = 0
    with path.open("wb") as file:
        _write_header(file, contents.shape)
        begin = file.tell()
        for chunk in contents.chunks:
            if chunk.dtype != np.uint8 or chunk.shape[1:] != contents.shape[1:]:
                raise AssertionError(f"a source delivered {chunk.dtype} {chunk.shape}, promised {contents.shape}")
            if not len(chunk):  # none of its pictures could be read
                continue
            chunk = np.ascontiguousarray(chunk)
            file.write(chunk.data)
            digests.append(image_digests(chunk))
            count += len(chunk)
        promised = contents.shape[0] - len(contents.along.skipped if contents.along else ())
        if count != promised:
            raise AssertionError(f"a source delivered {count} images, promised {promised}")
        file.seek(0)
        _write_header(file, (count, *contents.shape[1:]))
        assert file.tell() == begin, "numpy leaves room for the first axis to grow"
        file.flush()
        os.fsync(file.fileno())
    return np.concatenate(digests)


def _write_header(file: BinaryIO, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def write_digests(path: Path, digests: Digests) -> None:
    """As bytes: numpy saves no void type."""
    with path.open("wb") as file:
        np.save(file, digests.view(np.uint8).reshape(-1, DIGEST_BYTES))


def read_digests(path: Path) -> Digests:
    """What `write_digests` wrote. Raises OSError and ValueError."""
    return np.load(path).view(np.dtype((np.void, DIGEST_BYTES))).reshape(-1)
