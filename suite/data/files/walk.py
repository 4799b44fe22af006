"""Walking through folders of pictures: in a fixed order, past hidden files, and never in a circle."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from suite.core.refusals import Refusal

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
)
_JUNK = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))


@dataclass(frozen=True)
class Picture:
    """A picture file, and what changes when it does."""

    path: Path
    size: int
    mtime_ns: int


@dataclass
class Found:
    """What walks came across: pictures, the suffixes of other files, links that lead nowhere."""

    pictures: list[Picture] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    dangling: list[Path] = field(default_factory=list)

    def refuse_dangling(self) -> None:
        """Raises Refusal if a link that looks like a picture leads nowhere."""
        if self.dangling:
            first = ", ".join(str(path) for path in self.dangling[:10])
            raise Refusal(f"{len(self.dangling)} links lead to no picture; mend or delete them: {first}")

    def others_note(self) -> tuple[str, ...]:
        """A note about the files that are no pictures, if there are any."""
        if not self.others:
            return ()
        kinds = ", ".join(f"{count} {suffix}" for suffix, count in self.others.most_common(5))
        return (f"{self.others.total()} files that are no pictures were ignored ({kinds})",)


def visible(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder by name, without hidden ones and what operating systems leave behind."""
    with os.scandir(folder) as entries:
        kept = (entry for entry in entries if not entry.name.startswith(".") and entry.name not in _JUNK)
        return sorted(kept, key=lambda entry: entry.name)


def subfolders(folder: Path) -> list[Path]:
    return [Path(entry.path) for entry in visible(folder) if entry.is_dir()]


def walk(folder: Path, found: Found, ancestors: frozenset[tuple[int, int]] = frozenset()) -> None:
    """Add everything below `folder` to `found`. Links are followed, except to a folder that is being walked through."""
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in ancestors:
        return
    for entry in visible(folder):
        suffix = os.path.splitext(entry.name)[1].lower()
        if entry.is_dir():
            walk(Path(entry.path), found, ancestors | {here})
        elif suffix not in SUFFIXES:
            found.others[suffix or "without suffix"] += 1
        elif entry.is_file():
            status = entry.stat()
            found.pictures.append(Picture(Path(entry.path), status.st_size, status.st_mtime_ns))
        else:
            found.dangling.append(Path(entry.path))
