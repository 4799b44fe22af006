"""The arrays of a cached set as files: images as they come, a chunk at a time, and their digests."""

from __future__ import annotations

import io
import math
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np

from suite.data.contents import DIGEST_BYTES, Contents, Digests, image_digests
from suite.data.fit import Images

Shape = tuple[int, int, int, int]


def write_images(path: Path, contents: Contents) -> Digests:
    """Stream the chunks into an .npy file and return the digest of each image.

    Written, not mapped: on a full disk a write says so, where a page of a map would end the process. The header comes
    first and once more at the end, for fewer images may have come than there are files.
    """
    with path.open("wb") as file:
        begin_images(file, contents.shape)
        digests = [append(file, chunk, contents.shape) for chunk in contents.chunks]
        whole = np.concatenate(digests)
        end_images(file, contents, len(whole))
    return whole


def begin_images(file: BinaryIO, shape: Shape, count: int = 0, check: bool = False) -> None:
    """Write the header of all images, or pass over it to `check`; then go on behind the first `count` images."""
    header = _header(shape)
    if not check:
        file.write(header)
    file.seek(len(header) + count * math.prod(shape[1:]))
    if not check:
        file.truncate()


def append(file: BinaryIO, chunk: Images, shape: Shape) -> Digests:
    """Write the images of a chunk, which may be none, and return their digests."""
    if chunk.dtype != np.uint8 or chunk.shape[1:] != shape[1:]:
        raise AssertionError(f"a source delivered {chunk.dtype} {chunk.shape}, promised {shape}")
    if not len(chunk):  # none of its pictures could be read
        return np.empty(0, np.dtype((np.void, DIGEST_BYTES)))
    chunk = np.ascontiguousarray(chunk)
    file.write(chunk.data)
    file.flush()
    return image_digests(chunk)


def end_images(file: BinaryIO, contents: Contents, count: int) -> None:
    """Write the header once more, of `count` images, and sync; fewer may have come than there are files."""
    promised = contents.shape[0] - len(contents.along.skipped if contents.along else ())
    if count != promised:
        raise AssertionError(f"a source delivered {count} images, promised {promised}")
    file.seek(0)
    _write_header(file, (count, *contents.shape[1:]))
    assert file.tell() == len(_header(contents.shape)), "numpy leaves room for the first axis to grow"
    file.flush()
    os.fsync(file.fileno())


def _header(shape: Shape) -> bytes:
    written = io.BytesIO()
    _write_header(written, shape)
    return written.getvalue()


def _write_header(file: BinaryIO, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def write_digests(path: Path, digests: Digests) -> None:
    """As bytes: numpy saves no void type."""
    with path.open("wb") as file:
        np.save(file, digests.view(np.uint8).reshape(-1, DIGEST_BYTES))


def read_digests(path: Path) -> Digests:
    """What `write_digests` wrote. Raises OSError and ValueError."""
    return np.load(path).view(np.dtype((np.void, DIGEST_BYTES))).reshape(-1)
