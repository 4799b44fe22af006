"""Walking through folders of pictures: in a fixed order, past what systems leave behind, and never in a circle."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from suite.core.refusals import Refusal
from suite.data.files.formats import SUFFIXES, UNREAD, is_picture, suffixless

_JUNK = frozenset((
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r",
    "@eadir", "#recycle", "@recycle", "@recently-snapshot", "$recycle.bin", "recycler", "lost+found", "lost.dir",
    "found.000", "system volume information", "network trash folder", "temporary items",
))  # fmt: skip
"""What operating systems and network drives leave behind, thumbnails and trash among it, in lower case."""

_THUMBNAILS = frozenset(("thumbnails", "thumbs", "_thumbs", "thumb"))
"""Below a class's folder these hold small copies of its pictures; beside class folders they may be a class."""

Place = tuple[int, int]
"""Device and number of a folder: what tells it from every other, whatever links lead there."""


@dataclass(frozen=True)
class Picture:
    """A picture file, and what changes when it does."""

    path: Path
    size: int
    mtime_ns: int


@dataclass
class Found:
    """What walks came across: pictures, the suffixes of other files, links that lead nowhere.

    unread: those of `others` that are pictures in formats that are not read. junk: pictures in folders of thumbnails,
    trash and the like, by the folder's name.
    """

    pictures: list[Picture] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    dangling: list[Path] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    junk: Counter[str] = field(default_factory=Counter)

    def refuse_dangling(self) -> None:
        """Raises Refusal if a link that looks like a picture or a folder leads nowhere."""
        if self.dangling:
            first = ", ".join(str(path) for path in self.dangling[:10])
            raise Refusal(f"{len(self.dangling)} links lead to no picture; mend or delete them: {first}")

    def others_note(self) -> tuple[str, ...]:
        """Notes about files that are no pictures and about folders that are passed by, if there are any."""
        notes = []
        if self.others:
            kinds = ", ".join(f"{count} {suffix}" for suffix, count in self.others.most_common(5))
            notes.append(f"{self.others.total()} files that are no pictures were ignored ({kinds})")
        if self.junk.total():
            places = ", ".join(f"{count:,} in {name}" for name, count in self.junk.most_common(5) if count)
            notes.append(f"{self.junk.total():,} thumbnails or deleted pictures were ignored ({places})")
        return tuple(notes)


def visible(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder by name, without hidden ones and what operating systems leave behind."""
    return [entry for entry in _entries(folder) if entry.name.lower() not in _JUNK]


def subfolders(folder: Path) -> list[Path]:
    return [Path(entry.path) for entry in visible(folder) if is_folder(entry)]


def is_folder(entry: os.DirEntry[str]) -> bool:
    """As the entry's own `is_dir`, and False for a link to itself, where that raises."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def lost_links(folder: Path) -> list[Path]:
    """Links in `folder` that lead nowhere and may have led to folders: those without a suffix."""
    entries = [entry for entry in visible(folder) if entry.is_symlink() and not is_folder(entry)]
    paths = [Path(entry.path) for entry in entries if suffixless(os.path.splitext(entry.name)[1])]
    return [path for path in paths if not os.path.isfile(path)]


def place_of(folder: Path) -> Place:
    status = folder.stat()
    return status.st_dev, status.st_ino


def walk(folder: Path, found: Found, ancestors: frozenset[Place] = frozenset()) -> None:
    """Add everything below `folder` to `found`. Links are followed, except to a folder that is being walked through.

    ancestors: further folders that links must not lead back to.
    """
    here = place_of(folder)
    if here in ancestors:
        return
    for entry in _entries(folder):
        name, path = entry.name.lower(), Path(entry.path)
        if is_folder(entry):
            if name in _JUNK or name in _THUMBNAILS:
                found.junk[entry.name] += count_pictures(path)
            else:
                walk(path, found, ancestors | {here})
        elif name not in _JUNK:
            _add(entry, found)


def pass_by(folder: Path, found: Found) -> None:
    """Count what lies in `folder`'s own folders of trash and thumbnails, which `visible` leaves out."""
    for entry in _entries(folder):
        if entry.name.lower() in _JUNK and is_folder(entry):
            found.junk[entry.name] += count_pictures(Path(entry.path))


def count_pictures(folder: Path) -> int:
    """How many files below `folder` have a picture's suffix."""
    return sum(
        not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES
        for _, _, names in os.walk(folder)
        for name in names
    )


def holds_pictures(folder: Path) -> bool:
    """Whether anything below `folder` is a picture; looks no further than the first."""
    return next(_some(folder, frozenset()), None) is not None


def loose_pictures(folder: Path) -> list[Path]:
    """The pictures that lie in `folder` itself."""
    found = Found()
    for entry in visible(folder):
        if not is_folder(entry):
            _add(entry, found)
    return [picture.path for picture in found.pictures]


def _some(folder: Path, ancestors: frozenset[Place]) -> Iterator[Path]:
    here = place_of(folder)
    if here in ancestors:
        return
    yield from loose_pictures(folder)
    for inner in subfolders(folder):
        yield from _some(inner, ancestors | {here})


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)


def _add(entry: os.DirEntry[str], found: Found) -> None:
    """A file, or a link to one or to nothing."""
    suffix = os.path.splitext(entry.name)[1].lower()
    path, unnamed = Path(entry.path), suffixless(suffix)
    if suffix not in SUFFIXES and not unnamed:
        found.others[suffix] += 1
        if suffix in UNREAD:
            found.unread[suffix] += 1
        return
    try:
        is_file = entry.is_file()
    except OSError:  # a link to itself
        is_file = False
    if not is_file:
        found.dangling.append(path)
    elif unnamed and not is_picture(path):
        found.others["without suffix"] += 1
    else:
        status = entry.stat()
        found.pictures.append(Picture(path, status.st_size, status.st_mtime_ns))
