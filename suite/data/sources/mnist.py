"""MNIST and Fashion-MNIST: four idx files, or Keras' archive of the same arrays.

MNIST: Y. LeCun, C. Cortes, C. Burges, 1998. Fashion-MNIST: H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747.
Whatever they came in, the arrays are compared with the publishers' uncompressed idx files: their checksums identify
the images and labels themselves, not the wrapping.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, Contents, Source, in_chunks
from suite.data.files.download import Published
from suite.data.files.places import file_identity
from suite.data.files.published import finder
from suite.data.fit import Fit, pad
from suite.data.registry import NamedSet
from suite.data.targets import Targets

IDX_FILES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
NPZ_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
SHAPES = ((60_000, 28, 28), (60_000,), (10_000, 28, 28), (10_000,))
SIDE = 32

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True)
class MnistLike:
    """One of the two sets. idx_md5: of the uncompressed files, in the order of IDX_FILES."""

    name: str
    folders: tuple[str, ...]
    npz: str | None
    idx_md5: tuple[str, str, str, str]
    class_names: tuple[str, ...]
    published: tuple[Published, ...]
    download_folder: str

    @property
    def wanted(self) -> str:
        """The files to look for, in words."""
        idx = f"{IDX_FILES[0]}[.gz] and its three companions"
        return f"{self.npz} (or {idx})" if self.npz else f"{self.download_folder}/ with {idx}"

    def locate(self, place: Path) -> Source | None:
        """The set below `place`, if it is there. Raises Refusal for an incomplete one."""
        if self.npz and (place / self.npz).is_file():
            path = place / self.npz
            return Source(str(path), file_identity([path], place), lambda: self._contents(_read_npz(path), path))
        for name in self.folders:
            if found := _idx_files(place / name):
                return self._idx_source(place / name, found)
        found = _idx_files(place)
        return self._idx_source(place, found) if found and self._claims(place, found) else None

    def _claims(self, place: Path, found: dict[str, Path]) -> bool:
        """Whether idx files that lie open in `place` are this set's: both sets use the same four names."""
        labels = found.get(IDX_FILES[1])
        md5 = _md5(_decompressed(labels)) if labels else None
        for known in (MNIST, FASHION_MNIST):
            if place.name in known.folders or md5 == known.idx_md5[1]:
                return known is self
        return self is MNIST

    def _idx_source(self, folder: Path, found: dict[str, Path]) -> Source:
        missing = [name for name in IDX_FILES if name not in found]
        if missing:
            raise Refusal(f"{folder} lacks {', '.join(missing)} (or .gz); add what is missing or take the others away")
        paths = [found[name] for name in IDX_FILES]
        return Source(
            location=f"{folder}/{{{','.join(path.name for path in paths)}}}",
            identity=file_identity(paths, folder),
            read=lambda: self._contents([_read_idx(path) for path in paths], folder),
        )

    def _contents(self, arrays: list[npt.NDArray[np.uint8]], path: Path) -> Contents:
        self._check(arrays, path)
        md5 = tuple(_md5(_as_idx(array)) for array in arrays)
        for other in (MNIST, FASHION_MNIST):
            if other is not self and md5 == other.idx_md5:
                raise Refusal(f"{path} holds {other.name}, not {self.name}; take it away or ask for {other.name}")
        notes = [f"{self.name}: 28x28 images, padded with zeros to 32x32"]
        if md5 == self.idx_md5:
            checksum = "images and labels are the publisher's (MD5 of the idx files)"
        else:
            different = [name for name, a, b in zip(IDX_FILES, md5, self.idx_md5, strict=True) if a != b]
            checksum = f"differs from the publisher's ({', '.join(different)})"
            notes.append(f"{self.name}: the checksum {checksum}; used because shapes, counts and label range check out")
        images = pad(np.concatenate([arrays[0], arrays[2]])[..., None], SIDE)
        return Contents(
            shape=(len(images), *images.shape[1:]),
            chunks=in_chunks(images),
            targets=Targets.of_labels(np.concatenate([arrays[1], arrays[3]])),
            part=np.repeat(np.array([TRAIN, TEST], np.uint8), [len(arrays[1]), len(arrays[3])]),
            class_names=self.class_names,
            notes=tuple(notes),
            checksum=checksum,
        )

    def _check(self, arrays: list[npt.NDArray[np.uint8]], path: Path) -> None:
        for name, array, shape in zip(IDX_FILES, arrays, SHAPES, strict=True):
            if array.dtype != np.uint8 or array.shape != shape:
                raise _damaged(self.name, path, f"{name} is {array.dtype} {array.shape}, not uint8 {shape}")
            if array.ndim == 1 and set(np.unique(array)) != set(range(10)):
                raise _damaged(self.name, path, f"the labels of {name} are not the ten from 0 to 9")


def _idx_files(folder: Path) -> dict[str, Path]:
    """Those of the four files that the folder has, compressed or not."""
    found: dict[str, Path] = {}
    for name in IDX_FILES:
        for path in (folder / name, folder / f"{name}.gz", folder / name.replace("-idx", ".idx")):
            if path.is_file():
                found.setdefault(name, path)
    return found


def _decompressed(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged("a whole file", path, str(error)) from error


def _read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """An idx file of unsigned bytes: two zeros, the type 8, the rank, big-endian sizes, then the values."""
    data = _decompressed(path)
    try:
        zeros, kind, rank = struct.unpack_from(">HBB", data)
        shape = struct.unpack_from(f">{rank}I", data, 4)
        if zeros or kind != 8:
            raise ValueError("not an idx file of unsigned bytes")
        return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
    except (ValueError, struct.error) as error:
        raise _damaged("an idx file", path, str(error)) from error


def _read_npz(path: Path) -> list[npt.NDArray[np.uint8]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return [archive[name] for name in NPZ_ARRAYS]
    except (OSError, EOFError, ValueError, TypeError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged("Keras' archive", path, str(error)) from error


def _as_idx(array: npt.NDArray[np.uint8]) -> bytes:
    """An array as the uncompressed idx file that holds it."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _damaged(name: str, path: Path, why: str) -> Refusal:
    return Refusal(f"{path} is not {name} ({why}); replace or delete it, and it is looked for elsewhere or downloaded")


MNIST = MnistLike(
    name="mnist",
    folders=("mnist", "MNIST/raw"),
    npz="mnist.npz",
    idx_md5=(
        "6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637",
    ),
    class_names=tuple(str(digit) for digit in range(10)),
    published=(
        Published(
            f"{_KERAS}mnist.npz", "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
        ),
    ),
    download_folder=".",
)  # fmt: skip

FASHION_MNIST = MnistLike(
    name="fashion_mnist",
    folders=("fashion-mnist", "fashion_mnist", "FashionMNIST/raw"),
    npz=None,
    idx_md5=(
        "f4a8712d7a061bf5bd6d2ca38dc4d50a", "9018921c3c673c538a1fc5bad174d6f9",
        "8181f5470baa50b63fa0f6fddb340f0a", "15d484375f8d13e6eb1aabb0c3f46965",
    ),
    class_names=(
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    published=(
        Published(f"{_KERAS}train-images-idx3-ubyte.gz", "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        Published(f"{_KERAS}train-labels-idx1-ubyte.gz", "md5:25c81989df183df01b3e8a0aad5dffbe"),
        Published(f"{_KERAS}t10k-images-idx3-ubyte.gz", "md5:bef4ecab320f06d8554ea6380940ec79"),
        Published(f"{_KERAS}t10k-labels-idx1-ubyte.gz", "md5:bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    download_folder="fashion-mnist",
)  # fmt: skip

SETS = tuple(
    NamedSet(known.name, finder(known), Fit("pad", 28, SIDE), listed=10 + place, side=SIDE)
    for place, known in enumerate((MNIST, FASHION_MNIST))
)
