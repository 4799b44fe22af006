from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, Contents
from suite.data.sources import mnist
from suite.data.sources.mnist import FASHION_MNIST, IDX_FILES, MNIST, MnistLike, _as_idx, _md5

Arrays = dict[str, np.ndarray]


def write_idx(folder: Path, arrays: Arrays, suffix: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(IDX_FILES, arrays.values(), strict=True):
        data = _as_idx(array)
        (folder / f"{name}{suffix}").write_bytes(gzip.compress(data, 0) if suffix else data)
    return folder


def published_as(known: MnistLike, arrays: Arrays, monkeypatch: pytest.MonkeyPatch) -> MnistLike:
    """`known`, had its publisher published `arrays`."""
    md5 = tuple(_md5(_as_idx(array)) for array in arrays.values())
    changed = replace(known, idx_md5=md5)  # type: ignore[arg-type]
    monkeypatch.setattr(mnist, known.name.upper(), changed)
    return changed


def read(known: MnistLike, place: Path) -> Contents:
    source = known.locate(place)
    assert source is not None
    return source.read()


def check(contents: Contents, arrays: Arrays) -> None:
    images = np.concatenate(list(contents.chunks))
    assert images.shape == contents.shape == (70_000, 32, 32, 1)
    np.testing.assert_array_equal(images[:60_000, 2:30, 2:30, 0], arrays["x_train"])
    np.testing.assert_array_equal(images[60_000:, 2:30, 2:30, 0], arrays["x_test"])
    border = np.ones((32, 32), bool)
    border[2:30, 2:30] = False
    assert not images[:, border].any()
    np.testing.assert_array_equal(contents.labels, np.concatenate([arrays["y_train"], arrays["y_test"]]))
    assert (contents.part[:60_000] == TRAIN).all()
    assert (contents.part[60_000:] == TEST).all()


def test_keras_archive_is_read_and_a_differing_one_is_noted(mnist_like: Arrays, tmp_path: Path) -> None:
    np.savez(tmp_path / "mnist.npz", **mnist_like)  # type: ignore[arg-type]
    contents = read(MNIST, tmp_path)
    check(contents, mnist_like)
    assert contents.checksum.startswith("differs from the publisher's (train-images-idx3-ubyte, ")
    assert any("used because shapes, counts and label range check out" in note for note in contents.notes)


@pytest.mark.parametrize(("folder", "suffix"), [("mnist", ""), ("MNIST/raw", ".gz"), (".", ".gz")])
def test_idx_files_are_read_wherever_they_usually_lie(
    folder: str, suffix: str, mnist_like: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published_as(MNIST, mnist_like, monkeypatch)
    write_idx(tmp_path / folder, mnist_like, suffix)
    contents = read(known, tmp_path)
    check(contents, mnist_like)
    assert contents.checksum == "images and labels are the publisher's (MD5 of the idx files)"
    assert contents.notes == ("mnist: 28x28 images, padded with zeros to 32x32",)


def test_fashion_mnist_is_told_from_mnist_by_folder_and_checksum(
    mnist_like: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_idx(tmp_path / "fashion-mnist", mnist_like)
    assert MNIST.locate(tmp_path) is None
    assert MNIST.locate(tmp_path / "fashion-mnist") is None, "data_dir may name the folder itself"
    check(read(FASHION_MNIST, tmp_path), mnist_like)
    check(read(FASHION_MNIST, tmp_path / "fashion-mnist"), mnist_like)

    bare = write_idx(tmp_path / "bare", mnist_like)
    assert FASHION_MNIST.locate(bare) is None
    assert MNIST.locate(bare) is not None
    known = published_as(FASHION_MNIST, mnist_like, monkeypatch)
    assert known.locate(bare) is not None
    assert MNIST.locate(bare) is None


def test_the_other_set_under_this_ones_name_is_refused(
    mnist_like: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_as(FASHION_MNIST, mnist_like, monkeypatch)
    np.savez(tmp_path / "mnist.npz", **mnist_like)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match=r"mnist.npz holds fashion_mnist, not mnist"):
        read(MNIST, tmp_path)


@pytest.mark.parametrize("folder", ["mnist", "."])
def test_a_missing_file_is_named(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    for name in (IDX_FILES[0], IDX_FILES[2], IDX_FILES[3]):
        (tmp_path / folder / name).write_bytes(b"")
    with pytest.raises(Refusal, match=r"lacks train-labels-idx1-ubyte \(or .gz\)"):
        MNIST.locate(tmp_path)
    assert FASHION_MNIST.locate(tmp_path) is None


@pytest.mark.parametrize(
    ("array", "value", "why"),
    [
        ("x_test", np.zeros((10_000, 28, 27), np.uint8), r"t10k-images-idx3-ubyte is uint8 \(10000, 28, 27\)"),
        ("x_train", np.zeros((60_000, 28, 28), np.float32), r"train-images-idx3-ubyte is float32"),
        ("y_train", np.zeros(59_999, np.uint8), r"train-labels-idx1-ubyte is uint8 \(59999,\)"),
        ("y_test", np.arange(10_000, dtype=np.int64).astype(np.uint8), r"labels of t10k-labels-idx1-ubyte are not"),
    ],
)
def test_content_that_does_not_check_out_is_refused(
    array: str, value: np.ndarray, why: str, mnist_like: Arrays, tmp_path: Path
) -> None:
    np.savez(tmp_path / "mnist.npz", **{**mnist_like, array: value})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match=why):
        read(MNIST, tmp_path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 but no archive", b"\x93NUMPY nor an array"])
def test_a_damaged_archive_is_refused_by_name(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(data)
    with pytest.raises(Refusal, match=r"mnist.npz is not Keras' archive .*; replace or delete it"):
        read(MNIST, tmp_path)


def test_an_archive_with_pickled_objects_is_not_unpickled(mnist_like: Arrays, tmp_path: Path) -> None:
    objects = np.array([{"a": 1}], dtype=object)
    np.savez(tmp_path / "mnist.npz", **{**mnist_like, "x_train": objects})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="allow_pickle"):
        read(MNIST, tmp_path)


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("train-images-idx3-ubyte", b"\0\0\x08"),
        ("train-images-idx3-ubyte", b"\0\0\x0d\x01\0\0\0\x04" + bytes(16)),
        ("train-images-idx3-ubyte", b"\0\0\x08\x01\0\0\0\x04" + bytes(3)),
        ("train-images-idx3-ubyte.gz", gzip.compress(bytes(5000), mtime=0)[:20]),
    ],
)
def test_a_damaged_idx_file_is_refused_by_name(file: str, data: bytes, tmp_path: Path) -> None:
    for name in IDX_FILES[1:]:
        (tmp_path / "mnist").mkdir(exist_ok=True)
        (tmp_path / "mnist" / name).write_bytes(b"")
    (tmp_path / "mnist" / file).write_bytes(data)
    with pytest.raises(Refusal, match=rf"{file} is not .*; replace or delete it"):
        read(MNIST, tmp_path)


@pytest.mark.realdata
def test_the_real_mnist_is_the_publishers(data_root: Path) -> None:
    contents = read(MNIST, data_root)
    assert contents.checksum == "images and labels are the publisher's (MD5 of the idx files)"
    assert contents.labels[:5].tolist() == [5, 0, 4, 1, 9]
