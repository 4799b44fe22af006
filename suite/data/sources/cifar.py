"""CIFAR-10 and CIFAR-100: pickled batches in a folder, or the publisher's archive, unopened; the binary version, too.

A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; https://www.cs.toronto.edu/~kriz/cifar.html.
The MD5 of each batch file is the publisher's archive's. The binary version has the same images in the same order.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, Contents, Source, in_chunks
from suite.data.dataset import DataSpec
from suite.data.files.archives import members
from suite.data.files.download import Published
from suite.data.files.pickles import load_arrays
from suite.data.files.places import file_identity
from suite.data.files.published import find, finder
from suite.data.fit import Fit, Images
from suite.data.layouts.cifar_binary import Binary
from suite.data.registry import NamedSet
from suite.data.targets import Labels, Targets

SIDE = 32
_TORONTO = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class Cifar:
    """One of the two sets. train, test, meta: {file name: MD5 of the publisher's}.

    labels: which of its two kinds are meant, where they are not the usual ones.
    """

    name: str
    folder: str
    classes: int
    train: dict[str, str]
    test: dict[str, str]
    meta: dict[str, str]
    label_key: bytes
    names_key: bytes
    published: tuple[Published, ...]
    binary: Binary
    labels: str | None = None
    download_folder: str = "."

    @property
    def archive(self) -> str:
        return self.published[0].file_name

    @property
    def wanted(self) -> str:
        return f"{self.folder}/ (or {self.archive}, or {self.binary.folder}/)"

    @property
    def files(self) -> dict[str, str]:
        return {**self.train, **self.test, **self.meta}

    def locate(self, place: Path) -> Source | None:
        """The set below `place`, or `place` itself, if it is there. Raises Refusal for an incomplete folder."""
        keras = place / f"{self.folder}-target" / self.folder
        for folder in (place / self.folder, keras, *([place] if place.name == self.folder else [])):
            if folder.is_dir():
                return self._folder_source(folder, tuple(self.files))
        for archive in (place / self.archive, place / f"{self.folder}.tar.gz"):  # the second is Keras' name of old
            if archive.is_file():
                return self._archive_source(archive, self.folder, tuple(self.files))
        binary = self.binary
        for folder in (place / binary.folder, *([place] if place.name == binary.folder else [])):
            if folder.is_dir():
                return self._folder_source(folder, binary.files)
        if (place / binary.archive).is_file():
            return self._archive_source(place / binary.archive, binary.folder, binary.files)
        return None

    def _folder_source(self, folder: Path, files: tuple[str, ...]) -> Source:
        missing = [name for name in files if not (folder / name).is_file()]
        if missing:
            raise Refusal(f"{folder} lacks {', '.join(missing)}; add what is missing or delete the folder")
        return Source(
            location=str(folder),
            identity=[*file_identity([folder / name for name in files], folder), *self._variant()],
            read=lambda: self._contents(lambda name: (folder / name).read_bytes(), folder, files),
        )

    def _archive_source(self, archive: Path, folder: str, files: tuple[str, ...]) -> Source:
        return Source(
            location=str(archive),
            identity=[*file_identity([archive], archive.parent), *self._variant()],
            read=lambda: self._contents(self._archive_reader(archive, folder, files), archive, files),
        )

    def _variant(self) -> list[str]:
        return [self.labels] if self.labels else []

    def _archive_reader(self, archive: Path, folder: str, files: tuple[str, ...]) -> Callable[[str], bytes]:
        try:
            return members(archive, folder, files).__getitem__
        except ValueError as error:
            raise _damaged(self.name, archive, str(error)) from error

    def _contents(self, read: Callable[[str], bytes], path: Path, files: tuple[str, ...]) -> Contents:
        binary = files == self.binary.files
        train, test = (self.binary.train, self.binary.test) if binary else (tuple(self.train), tuple(self.test))
        known, images, labels, different = self.train | self.test, [], [], []
        for name in (*train, *test):
            data = read(name)
            if not binary and hashlib.md5(data, usedforsecurity=False).hexdigest() != known[name]:
                different.append(name)
            rows, own = self._records(data, name, path) if binary else self._batch(data, name, path)
            images.append(rows)
            labels.append(own)
        counts = [sum(map(len, labels[: len(train)])), sum(map(len, labels[len(train) :]))]
        class_names = self._class_names(read, path, binary)
        all_labels = np.concatenate(labels)
        self._check_counts(all_labels, counts, path)
        notes: tuple[str, ...] = ()
        checksum = "none is known of the binary version" if binary else "matches the publisher's (MD5 of every batch)"
        if different:
            checksum = f"differs from the publisher's ({', '.join(different)})"
            notes = (f"{self.name}: the checksum {checksum}; used because shapes, counts and label range check out",)
        return Contents(
            shape=(len(all_labels), SIDE, SIDE, 3),
            chunks=(chunk for batch in images for chunk in in_chunks(batch)),
            targets=Targets.of_labels(all_labels),
            part=np.repeat(np.array([TRAIN, TEST], np.uint8), counts),
            class_names=class_names,
            notes=notes,
            checksum=checksum,
        )

    def _batch(self, data: bytes, name: str, path: Path) -> tuple[Images, Labels]:
        """One batch: rows of 3072 bytes, the red plane first, as (n, 32, 32, 3); and labels."""
        batch = _unpickle(self.name, data, path / name)
        rows, labels = batch.get(b"data"), batch.get(self.label_key)
        if not isinstance(rows, np.ndarray) or rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != 3072:
            raise _damaged(self.name, path / name, "its data are not uint8 rows of 3072")
        own = np.asarray(labels)
        if own.shape != (len(rows),) or own.dtype.kind not in "iu" or own.min() < 0 or own.max() >= self.classes:
            raise _damaged(self.name, path / name, f"its labels are not {len(rows)} numbers below {self.classes}")
        return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), own.astype(np.int32)

    def _records(self, data: bytes, name: str, path: Path) -> tuple[Images, Labels]:
        """One file of the binary version, as `_batch`."""
        try:
            return self.binary.batch(data, self.classes)
        except ValueError as error:
            raise _damaged(self.name, path / name, str(error)) from None

    def _class_names(self, read: Callable[[str], bytes], path: Path, binary: bool) -> tuple[str, ...]:
        (name,) = (self.binary.names,) if binary else self.meta
        names: Any
        if binary:
            names = read(name).decode(errors="replace").split()
        else:
            names = _unpickle(self.name, read(name), path / name).get(self.names_key)
        if not isinstance(names, list) or len(names) != self.classes:
            raise _damaged(self.name, path / name, f"it does not name {self.classes} classes")
        return tuple(word.decode() if isinstance(word, bytes) else str(word) for word in names)

    def _check_counts(self, labels: Labels, counts: list[int], path: Path) -> None:
        if counts != [50_000, 10_000]:
            raise _damaged(
                self.name, path, f"it has {counts[0]} training and {counts[1]} test images, not 50000, 10000"
            )
        for own, count in ((labels[:50_000], 50_000), (labels[50_000:], 10_000)):
            if set(np.bincount(own, minlength=self.classes)) != {count // self.classes}:
                raise _damaged(self.name, path, f"its classes do not have {count // self.classes} images each")


def _unpickle(name: str, data: bytes, path: Path) -> dict[Any, Any]:
    try:
        value = load_arrays(data)
    except pickle.UnpicklingError as error:
        raise _damaged(name, path, str(error)) from error
    if not isinstance(value, dict):
        raise _damaged(name, path, "its pickle holds no dictionary")
    return {key.encode() if isinstance(key, str) else key: item for key, item in value.items()}


def _damaged(name: str, path: Path, why: str) -> Refusal:
    return Refusal(
        f"{path} is not {name}'s ({why}); replace or delete it, and it is looked for elsewhere or downloaded"
    )


CIFAR10 = Cifar(
    name="cifar10",
    folder="cifar-10-batches-py",
    classes=10,
    train={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    },
    test={"test_batch": "40351d587109b95175f43aff81a1287e"},
    meta={"batches.meta": "5ff9c542aee3614f3951f8cda6e48888"},
    label_key=b"labels",
    names_key=b"label_names",
    published=(
        Published(
            f"{_TORONTO}cifar-10-python.tar.gz",
            "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
    binary=Binary(
        folder="cifar-10-batches-bin",
        archive="cifar-10-binary.tar.gz",
        train=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
        test=("test_batch.bin",),
        names="batches.meta.txt",
    ),
)

CIFAR100 = Cifar(
    name="cifar100",
    folder="cifar-100-python",
    classes=100,
    train={"train": "16019d7e3df5f24257cddd939b257f8d"},
    test={"test": "f0ef6b0ae62326f3e7ffdfab6717acfc"},
    meta={"meta": "7973b15100ade9c7d40fb424638fde48"},
    label_key=b"fine_labels",
    names_key=b"fine_label_names",
    published=(
        Published(
            f"{_TORONTO}cifar-100-python.tar.gz",
            "sha256:85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        ),
    ),
    binary=Binary(
        folder="cifar-100-binary",
        archive="cifar-100-binary.tar.gz",
        train=("train.bin",),
        test=("test.bin",),
        names="fine_label_names.txt",
        heads=2,
        which=1,
    ),
)

CIFAR100_COARSE = replace(
    CIFAR100,
    classes=20,
    label_key=b"coarse_labels",
    names_key=b"coarse_label_names",
    binary=replace(CIFAR100.binary, names="coarse_label_names.txt", which=0),
    labels="coarse",
)
"""The twenty superclasses, of five classes each."""


def _find_cifar100(spec: DataSpec, data_dir: Path | None, offline: bool) -> Source:
    return find(CIFAR100_COARSE if spec.label_from == "coarse" else CIFAR100, data_dir, offline)


_FIT = Fit("crop", SIDE, SIDE)
SETS = (
    NamedSet("cifar10", finder(CIFAR10), _FIT, listed=20, side=SIDE),
    NamedSet("cifar100", _find_cifar100, _FIT, listed=21, side=SIDE, labels_from=("fine", "coarse")),
)
