"""The decoded cache: each set once as memory maps, so that a warm load reads no picture and copies no pixel.

    <cache_dir>/<name>-<key>/images.npy labels.npy part.npy digests.npy set.json      whole or absent

The key covers everything the decoded images depend on. An entry is written under another name, synced, then renamed,
so no kill leaves a half one; what was decoded of a folder's pictures is gone on with (suite.data.building). A lock that
the kernel drops lets one process decode while others wait. The manifest holds size and modification time of each file:
as long as they are unchanged the entry is trusted, otherwise it is read in full and made again if its content has
changed. labels.npy is the target "label"; other targets have files of their own. Entries that were made before digests
were kept get theirs when they are first opened. Sets of files have files.json, the file of each image, and
originals.npy, the digests of these files; pictures that cannot be read are listed in full in
<name>-<key>.unreadable.txt beside the entry.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.core.durable import leftovers, read_json, replacing, target_name, write_json
from suite.core.faults import reach
from suite.core.refusals import Refusal
from suite.data.arrays import read_digests, write_digests, write_images
from suite.data.building import build_of, is_waiting, write_resumably
from suite.data.contents import (
    CHUNK,
    Contents,
    Digests,
    Source,
    conflicts_note,
    content_hash,
    duplicates_note,
    image_digests,
)  # fmt: skip
from suite.data.filed import FILES, ORIGINALS, alike, listing_unreadable, settled
from suite.data.files.places import file_digest
from suite.data.fit import Fit, Images
from suite.data.targets import LABEL, Targets

VERSION = 1
"""Raise it when the same files are decoded differently, or an entry looks different."""

_DIGESTS = "digests.npy"


@dataclass(frozen=True)
class Entry:
    """A set as the cache holds it; the fields mean what they mean in Contents and Dataset.

    originals: the digest of each image's file, None where the set has no file for each. folder: where it lies.
    """

    folder: Path
    images: Images
    targets: Targets
    digests: Digests
    part: npt.NDArray[np.uint8]
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    checksum: str
    hash: str
    originals: Digests | None
    fit: Fit | None
    alike: tuple[str, ...]
    """Notes about near duplicates of test images, where these were looked for."""

    held_out: bool = False

    larger: Images | None = None
    """What `images` are a view of (suite.data.views), where they are one."""

    @property
    def pictures(self) -> Images:
        """All that is there of each picture: what `digests` are of."""
        return self.images if self.larger is None else self.larger

    def files(self) -> list[str]:
        """The file of each image, below the set's folder; empty where the set has no file for each."""
        path = self.folder / FILES
        return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def cached(source: Source, name: str, cache_dir: Path, *variant: object) -> Entry:
    """The set that `source` delivers, from the cache or decoded into it.

    `variant` is what changes the decoding besides the source. Raises Refusal when the cache cannot be written.
    """
    text = json.dumps([VERSION, name, list(variant), source.identity])
    entry = cache_dir / f"{name}-{hashlib.blake2b(text.encode(), digest_size=10).hexdigest()}"
    with contextlib.suppress(_Broken):
        return _read(entry)
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with _locked(_lock_of(entry)):
            with contextlib.suppress(_Broken):  # someone else made it while this process waited
                return _read(entry)
            _sweep_all(cache_dir)
            with listing_unreadable(entry):
                _write(_contents(source), entry)
        return _read(entry)
    except _Broken as error:
        raise Refusal(f"the decoded images under {entry} cannot be read back ({error}); delete that folder") from None
    except OSError as error:
        raise Refusal(
            f"decoded images cannot be kept under {cache_dir} ({error.strerror or error}); "
            "free some space there or choose another folder with workspace=DIR"
        ) from error


def _contents(source: Source) -> Contents:
    try:
        return source.read()
    except OSError as error:
        raise Refusal(f"{error.filename or source.location} cannot be read ({error.strerror or error})") from error


class _Broken(Exception):
    """An entry that is absent, incomplete or changed."""


def _read(entry: Path) -> Entry:
    try:
        manifest = json.loads((entry / "set.json").read_text(encoding="utf-8"))
        _verify(entry, manifest["files"])
        images, part = (np.load(entry / name, mmap_mode="r") for name in ("images.npy", "part.npy"))
        targets = {name: np.load(entry / _target_file(name)) for name in manifest.get("targets", [LABEL])}
        digests = read_digests(entry / _DIGESTS) if _DIGESTS in manifest["files"] else _completed(entry, images)
        originals = read_digests(entry / ORIGINALS) if ORIGINALS in manifest["files"] else None
        arrays = (images, part, digests, *targets.values(), *(() if originals is None else (originals,)))
        if any(len(array) != manifest["count"] for array in arrays):
            raise _Broken("its arrays differ in length")
        return Entry(
            folder=entry,
            images=images,
            targets=Targets(targets),
            digests=digests,
            part=np.asarray(part),
            class_names=tuple(manifest["class_names"]),
            notes=tuple(manifest["notes"]),
            checksum=manifest["checksum"],
            hash=manifest["hash"],
            originals=originals,
            fit=Fit.from_mapping(manifest["fit"]) if "fit" in manifest else None,
            alike=tuple(manifest.get("alike", ())),
            held_out=bool(manifest.get("held_out", False)),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _Broken(str(error)) from error


def _verify(entry: Path, files: dict[str, Any]) -> None:
    """Trust files that look untouched; read the others, for instance after the cache was copied."""
    for name, known in files.items():
        status = (entry / name).stat()
        if status.st_size != known["size"]:
            raise _Broken(f"{name} has {status.st_size} bytes, not {known['size']}")
        if status.st_mtime_ns != known["mtime_ns"] and file_digest(entry / name, "blake2b") != known["blake2b"]:
            raise _Broken(f"{name} has changed")


def _write(contents: Contents, entry: Path) -> None:
    """Decode into a partial folder and rename it into place. The caller holds the entry's lock."""
    _sweep(entry, kept=build_of(entry))  # of a process that was killed: the lock says that no one else is here
    with replacing(entry) as partial:  # in the place of a broken one; whoever has mapped it keeps its pages
        partial.mkdir()
        if contents.resume is not None:
            digests = write_resumably(contents, entry, partial / "images.npy")
        else:
            digests = write_images(partial / "images.npy", contents)
        contents = settled(contents, partial, entry)
        write_digests(partial / _DIGESTS, digests)
        for name, array in contents.targets.arrays.items():
            np.save(partial / _target_file(name), array)
        np.save(partial / "part.npy", contents.part)
        files = {path.name: _describe(path) for path in sorted((*partial.glob("*.npy"), *partial.glob(FILES)))}
        manifest = {
            "count": len(contents.targets),
            "targets": list(contents.targets.arrays),
            "class_names": contents.class_names,
            "notes": [*contents.notes, *duplicates_note(digests, contents.part), *_conflicts(contents, digests)],
            "checksum": contents.checksum,
            "hash": content_hash(contents, digests),
            "files": files,
            **({"fit": contents.fit.as_mapping()} if contents.fit else {}),
            **({"held_out": True} if contents.held_out else {}),
            **({"alike": alike(partial, contents, digests)} if contents.compared else {}),
        }
        write_json(partial / "set.json", manifest)
        reach("cache-written")
    shutil.rmtree(build_of(entry), ignore_errors=True)


def _conflicts(contents: Contents, digests: Digests) -> tuple[str, ...]:
    return conflicts_note(contents, digests) if contents.compared else ()


def _completed(entry: Path, images: Images) -> Digests:
    """The digests of an entry that was made before they were kept; kept from now on where the cache can be written."""
    digests = np.concatenate([image_digests(images[start : start + CHUNK]) for start in range(0, len(images), CHUNK)])
    with contextlib.suppress(OSError), _locked(_lock_of(entry), wait=False):  # held: whoever writes keeps them later
        manifest = read_json(entry / "set.json")
        with replacing(entry / _DIGESTS) as partial:
            write_digests(partial, digests)
        manifest["files"][_DIGESTS] = _describe(entry / _DIGESTS)
        write_json(entry / "set.json", manifest)
    return digests


def _target_file(name: str) -> str:
    return "labels.npy" if name == LABEL else f"target-{name}.npy"


def _lock_of(entry: Path) -> Path:
    return entry.with_name(f".{entry.name}.lock")


def _describe(path: Path) -> dict[str, Any]:
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "blake2b": file_digest(path, "blake2b")}


def _sweep_all(cache_dir: Path) -> None:
    """Delete what killed processes left of any entry: of those whose lock is free."""
    for entry in {path.with_name(target_name(path)) for path in leftovers(cache_dir)}:
        with contextlib.suppress(BlockingIOError), _locked(_lock_of(entry), wait=False):
            build = build_of(entry)
            _sweep(entry, kept=build if is_waiting(build) else None)


def _sweep(entry: Path, kept: Path | None = None) -> None:
    """Delete what killed processes left of an entry, but what is `kept`. The caller holds its lock."""
    for path in leftovers(entry.parent):
        if target_name(path) == entry.name and path != kept:
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold an exclusive lock; the kernel drops it when this process dies. Without `wait`: BlockingIOError if held."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
