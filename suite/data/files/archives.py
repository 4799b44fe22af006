"""Files out of an archive, without unpacking anything onto the disk."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path


def members(archive: Path, folder: str, files: Collection[str]) -> dict[str, bytes]:
    """Those of `files` that lie in `folder` of a tar archive, compressed or not, by name.

    Raises ValueError, with the reason in words, where it is damaged or lacks one.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in tar:
                place, _, name = member.name.rpartition("/")
                if member.isfile() and place.endswith(folder) and name in files:
                    file = tar.extractfile(member)
                    found[name] = file.read() if file else b""
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ValueError(" ".join(str(error).split())) from error
    missing = [name for name in files if name not in found]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    return found
