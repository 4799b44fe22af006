from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import DataSpec, load
from suite.data.contents import TEST, TRAIN, Contents
from suite.data.registry import named_sets
from suite.data.sources.cifar import CIFAR10, CIFAR100, Cifar
from tests.data.made_up import write_cifar, write_cifar_binary


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cifar(tmp_path_factory.mktemp("cifar") / CIFAR10.folder, CIFAR10)


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    """A copy whose files may be replaced; hard links, so that nothing is copied."""
    return Path(shutil.copytree(folder, tmp_path / CIFAR10.folder, copy_function=os.link))


def rewrite(path: Path, change: Callable[[dict[bytes, Any]], object]) -> None:
    batch = pickle.loads(path.read_bytes())
    change(batch)
    path.unlink()
    path.write_bytes(pickle.dumps(batch, protocol=4))


def read(known: Cifar, place: Path) -> Contents:
    source = known.locate(place)
    assert source is not None
    return source.read()


def test_a_copy_whose_checksum_differs_is_used_and_noted(folder: Path) -> None:
    contents = read(CIFAR10, folder.parent)
    images = np.concatenate(list(contents.chunks))
    assert images.shape == contents.shape == (60_000, 32, 32, 3)
    batch = pickle.loads((folder / "data_batch_2").read_bytes())
    row = batch[b"data"][5].reshape(3, 32, 32)
    np.testing.assert_array_equal(images[10_005], np.stack(row, axis=-1))
    assert contents.labels[10_005] == batch[b"labels"][5]
    assert np.bincount(contents.labels[contents.part == TRAIN]).tolist() == [5000] * 10
    assert np.bincount(contents.labels[contents.part == TEST]).tolist() == [1000] * 10
    assert contents.class_names[3] == "class 3"
    assert contents.checksum.startswith("differs from the publisher's (data_batch_1, ")
    assert contents.notes == (
        f"cifar10: the checksum {contents.checksum}; used because shapes, counts and label range check out",
    )


def test_the_publishers_own_copy_has_no_note(folder: Path) -> None:
    def md5(names: dict[str, str]) -> dict[str, str]:
        return {name: hashlib.md5((folder / name).read_bytes(), usedforsecurity=False).hexdigest() for name in names}

    published = replace(CIFAR10, train=md5(CIFAR10.train), test=md5(CIFAR10.test))
    contents = read(published, folder.parent)
    assert contents.checksum == "matches the publisher's (MD5 of every batch)"
    assert contents.notes == ()


def test_the_binary_version_has_the_same_images(folder: Path, tmp_path: Path) -> None:
    binary = write_cifar_binary(tmp_path / "cifar-10-batches-bin", folder, CIFAR10)
    pickled, found = read(CIFAR10, folder.parent), read(CIFAR10, tmp_path)
    assert all(np.array_equal(a, b) for a, b in zip(pickled.chunks, found.chunks, strict=True))
    assert found.labels.tolist() == pickled.labels.tolist()
    assert found.part.tolist() == pickled.part.tolist()
    assert (found.class_names[3], found.checksum) == ("class-3", "none is known of the binary version")
    assert CIFAR10.locate(binary) is not None
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w") as tar:
        tar.add(binary, binary.name)
    (binary / "test_batch.bin").write_bytes(b"short")
    with pytest.raises(Refusal, match=r"test_batch.bin is not cifar10's \(its 5 bytes are no records of 3073\)"):
        read(CIFAR10, tmp_path)
    shutil.rmtree(binary)
    assert read(CIFAR10, tmp_path).labels.tolist() == pickled.labels.tolist(), "from the archive"


def test_the_coarse_labels_of_cifar100_are_a_set_of_their_own(tmp_path: Path) -> None:
    folder = write_cifar(tmp_path / "pickled" / CIFAR100.folder, CIFAR100)
    write_cifar_binary(tmp_path / "binary" / "cifar-100-binary", folder, CIFAR100)
    batch = pickle.loads((folder / "train").read_bytes())
    identities = set()
    for place in ("pickled", "binary"):
        fine, coarse = (
            named_sets()["cifar100"].find(DataSpec("cifar100", label_from=which), tmp_path / place, True)
            for which in (None, "coarse")
        )
        identities |= {str(fine.identity), str(coarse.identity)}
        contents = coarse.read()
        assert contents.labels[:50_000].tolist() == batch[b"coarse_labels"]
        assert (len(contents.class_names), contents.class_names[7][-1]) == (20, "7")
        assert fine.read().labels[:50_000].tolist() == batch[b"fine_labels"]
    assert len(identities) == 4
    with pytest.raises(Refusal, match=r"unknown value of data.label_from 'course'. Did you mean 'coarse'"):
        load(DataSpec("cifar100", label_from="course"), data_dir=tmp_path, cache_dir=tmp_path)


def test_the_archive_is_found_under_the_name_that_keras_once_gave_it(folder: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "cifar-10-batches-py.tar.gz", "w") as tar:
        tar.add(folder, folder.name)
    assert read(CIFAR10, tmp_path).shape == (60_000, 32, 32, 3)


def test_it_is_found_in_kerass_place_and_when_the_folder_itself_is_named(folder: Path, tmp_path: Path) -> None:
    keras = tmp_path / f"{CIFAR10.folder}-target"
    keras.mkdir()
    (keras / CIFAR10.folder).symlink_to(folder)
    assert CIFAR10.locate(tmp_path) is not None
    assert CIFAR10.locate(folder) is not None
    assert CIFAR10.locate(tmp_path / "keras") is None


def test_the_archive_is_read_unopened(folder: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / CIFAR10.archive, "w:gz", compresslevel=0) as tar:
        tar.add(folder, CIFAR10.folder)
        tar.add(__file__, "elsewhere/data_batch_1")
    contents = read(CIFAR10, tmp_path)
    expected = read(CIFAR10, folder.parent)
    np.testing.assert_array_equal(contents.labels, expected.labels)
    assert contents.checksum == expected.checksum
    assert [path.name for path in tmp_path.iterdir()] == [CIFAR10.archive]


@pytest.mark.parametrize("content", ["nothing", "half", "members"])
def test_a_damaged_archive_is_refused_by_name(content: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / CIFAR10.archive
    with tarfile.open(path, "w:gz", compresslevel=0) as tar:
        tar.add(folder / "data_batch_1", f"{CIFAR10.folder}/data_batch_1")
    if content != "members":
        path.write_bytes(path.read_bytes()[: 0 if content == "nothing" else 100_000])
    with pytest.raises(Refusal, match=rf"{CIFAR10.archive} is not cifar10's \(.*; replace or delete it"):
        read(CIFAR10, tmp_path)


def test_a_missing_batch_is_named(copied: Path) -> None:
    (copied / "data_batch_4").unlink()
    with pytest.raises(Refusal, match=r"cifar-10-batches-py lacks data_batch_4; add what is missing"):
        CIFAR10.locate(copied.parent)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda b: b.update({b"data": b[b"data"][:, :3000]}), "its data are not uint8 rows of 3072"),
        (lambda b: b.update({b"data": b[b"data"].astype(np.int16)}), "its data are not uint8 rows of 3072"),
        (lambda b: b.pop(b"data"), "its data are not uint8 rows of 3072"),
        (lambda b: b[b"labels"].__setitem__(3, 10), "its labels are not 10000 numbers below 10"),
        (lambda b: b[b"labels"].__setitem__(3, -1), "its labels are not 10000 numbers below 10"),
        (lambda b: b[b"labels"].__setitem__(3, 0.5), "its labels are not 10000 numbers below 10"),
        (lambda b: b[b"labels"].pop(), "its labels are not 10000 numbers below 10"),
        (lambda b: b.update({b"labels": [0] * 10_000}), "its classes do not have 5000 images each"),
    ],
)
def test_content_that_does_not_check_out_is_refused(
    change: Callable[[dict[bytes, Any]], object], why: str, copied: Path
) -> None:
    rewrite(copied / "data_batch_1", change)
    with pytest.raises(Refusal, match=why):
        read(CIFAR10, copied.parent)


def test_a_short_set_is_refused(copied: Path) -> None:
    rewrite(copied / "data_batch_5", lambda b: b.update({b"data": b[b"data"][:10], b"labels": b[b"labels"][:10]}))
    with pytest.raises(Refusal, match="it has 40010 training and 10000 test images"):
        read(CIFAR10, copied.parent)


def test_a_batch_that_would_run_code_is_refused_and_runs_nothing(copied: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    class Runs:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, (f"touch {ran}",)

    rewrite(copied / "data_batch_3", lambda b: b.update({b"extra": Runs()}))
    with pytest.raises(Refusal, match=r"data_batch_3 is not cifar10's \(it asks for .*system, which no array needs\)"):
        read(CIFAR10, copied.parent)
    assert not ran.exists()


def test_wrong_class_names_are_refused(copied: Path) -> None:
    rewrite(copied / "batches.meta", lambda b: b[b"label_names"].pop())
    with pytest.raises(Refusal, match=r"batches.meta is not cifar10's \(it does not name 10 classes\)"):
        read(CIFAR10, copied.parent)


def test_cifar100_is_read_with_its_fine_labels(tmp_path: Path) -> None:
    write_cifar(tmp_path / CIFAR100.folder, CIFAR100)
    contents = read(CIFAR100, tmp_path)
    assert contents.shape == (60_000, 32, 32, 3)
    assert np.bincount(contents.labels[contents.part == TRAIN]).tolist() == [500] * 100
    assert len(contents.class_names) == 100


@pytest.mark.realdata
def test_the_real_cifar10_is_read(data_root: Path) -> None:
    contents = read(CIFAR10, data_root)
    assert contents.class_names == (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    )  # fmt: skip
    means = np.concatenate(list(contents.chunks))[contents.part == TRAIN].mean((0, 1, 2)) / 255
    np.testing.assert_allclose(means, [0.4914, 0.4822, 0.4465], atol=0.003)  # the well-known means of the training set
