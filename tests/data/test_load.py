from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, dataset_names, load
from suite.data.files.download import Published
from suite.data.files.published import finder
from suite.data.fit import Fit
from suite.data.registry import named_sets
from suite.data.sources import mnist
from suite.data.sources.cifar import CIFAR10
from suite.data.sources.mnist import FASHION_MNIST, IDX_FILES, _as_idx, _md5
from tests.data.made_up import class_tree, picture


def test_the_embedded_set_is_whole_and_divided(tmp_path: Path) -> None:
    dataset = load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path)
    assert dataset.input_shape == (32, 32, 1)
    assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [1294, 144, 359]
    everything = np.concatenate([dataset.train, dataset.validation, dataset.test])
    assert sorted(everything) == list(range(1797))
    assert dataset.hash == "c62f4c12e53e58efbb44aabb769edd3a", "must never change: runs are told apart by it"
    assert dataset.class_names == tuple("0123456789")
    assert dataset.location.startswith("embedded in scikit-learn ")


def test_subsets_and_seeds_change_neither_hash_nor_images(tmp_path: Path) -> None:
    whole = load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path)
    small = load(DataSpec("digits", train_examples=50, split_seed=9), data_dir=None, cache_dir=tmp_path)
    assert small.hash == whole.hash
    assert len(small.train) == 50
    assert small.test.tolist() == whole.test.tolist()
    assert len(list(tmp_path.glob("digits-*"))) == 1


def test_a_size_is_another_set_unless_it_is_the_sets_own(tmp_path: Path) -> None:
    own = load(DataSpec("digits", image_size=32), data_dir=None, cache_dir=tmp_path)
    small = load(DataSpec("digits", image_size=16), data_dir=None, cache_dir=tmp_path)
    assert own.hash == load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path).hash
    assert small.input_shape == (16, 16, 1)
    assert small.hash != own.hash
    assert len(list(tmp_path.glob("digits-*"))) == 2


def test_the_test_images_are_told_apart_by_their_pixels_and_not_by_labels_alone(tmp_path: Path) -> None:
    """Two folders of equal class counts: the labels agree, the pictures do not."""
    counts = {"train/a": 5, "train/b": 5, "test/a": 3, "test/b": 3}
    one, other = class_tree(tmp_path / "one", counts), class_tree(tmp_path / "other", counts)
    first, same = (load(DataSpec("folder", path=str(root)), data_dir=None, cache_dir=tmp_path) for root in (one, other))
    assert first.test_hash == same.test_hash
    picture(other / "train" / "a" / "0.png", (9, 9, 9))
    trained = load(DataSpec("folder", path=str(other)), data_dir=None, cache_dir=tmp_path)
    assert (trained.test_hash, trained.hash == first.hash) == (first.test_hash, False)
    picture(other / "test" / "a" / "0.png", (9, 9, 8))
    tested = load(DataSpec("folder", path=str(other)), data_dir=None, cache_dir=tmp_path)
    assert tested.labels[tested.test].tolist() == first.labels[first.test].tolist()
    assert tested.test_hash != first.test_hash


def test_fewer_test_images_are_another_test_set_but_a_split_a_part_and_a_size_are_not(tmp_path: Path) -> None:
    def hash_of(**changes: int) -> str:
        return load(DataSpec("digits", **changes), data_dir=None, cache_dir=tmp_path).test_hash  # type: ignore[arg-type]

    reference = hash_of()
    assert int(reference, 16)
    assert hash_of(train_examples=50, split_seed=9, validation_examples=20) == reference
    assert hash_of(image_size=16) == reference
    assert hash_of(test_examples=100) != reference
    assert hash_of(test_examples=100, image_size=16) == hash_of(test_examples=100)


@pytest.mark.parametrize(
    "study",
    ["quickstart", *(pytest.param(name, marks=pytest.mark.realdata) for name in ("lenet_mnist", "resnet_vs_vgg"))],
)
def test_finished_runs_carry_the_same_hash(study: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = Path(__file__).parents[2] / "reports" / "published" / study / "study.json"
    published = json.loads(path.read_text(encoding="utf-8"))["data"]
    data_dir = None if published["name"] == "digits" else request.getfixturevalue("data_root")
    dataset = load(DataSpec(published["name"]), data_dir=data_dir, cache_dir=tmp_path)
    assert dataset.hash == published["hash"]


def test_the_hash_of_a_mnist_like_set_is_the_formula_that_finished_runs_carry(
    mnist_like: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """Written out once more: shape, a digest of each image, labels, division, class names."""
    np.savez(tmp_path / "mnist.npz", **mnist_like)  # type: ignore[arg-type]
    images = np.zeros((70_000, 32, 32, 1), np.uint8)
    images[:, 2:30, 2:30, 0] = np.concatenate([mnist_like["x_train"], mnist_like["x_test"]])
    labels = np.concatenate([mnist_like["y_train"], mnist_like["y_test"]])
    whole = hashlib.blake2b(b"(70000, 32, 32, 1)", digest_size=16)
    for image in images:
        whole.update(hashlib.blake2b(image.tobytes(), digest_size=16).digest())
    whole.update(labels.astype("<i4").tobytes() + bytes(60_000) + bytes([2]) * 10_000)
    whole.update("".join(f"1:{digit}" for digit in range(10)).encode())
    assert load(DataSpec("mnist"), data_dir=tmp_path, cache_dir=tmp_path).hash == whole.hexdigest()


def test_a_misspelt_name_is_refused_with_the_nearest_first(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"unknown dataset 'cifar-10'. Did you mean 'cifar10'\?"):
        load(DataSpec("cifar-10"), data_dir=None, cache_dir=tmp_path)
    assert dataset_names() == ["digits", "mnist", "fashion_mnist", "cifar10", "cifar100", "tiny_imagenet", "folder"]


def test_a_path_is_for_folders_and_folders_need_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"dataset=folder needs data.path=DIR"):
        load(DataSpec("folder"), data_dir=None, cache_dir=tmp_path)
    with pytest.raises(Refusal, match="unknown dataset 'foldr'"):
        load(DataSpec("foldr", path="pictures"), data_dir=None, cache_dir=tmp_path)
    with pytest.raises(Refusal, match=r"data.path is for dataset=folder; mnist is looked for under data_dir"):
        load(DataSpec("mnist", path="pictures"), data_dir=None, cache_dir=tmp_path)


def test_offline_and_nowhere_is_refused_with_the_three_ways_out(tmp_path: Path) -> None:
    for name in ("mnist", "fashion_mnist", "cifar10", "cifar100"):
        with pytest.raises(
            Refusal, match=rf"{name} was found nowhere .*offline=true.*Three ways out: .*dataset=digits"
        ):
            load(DataSpec(name), data_dir=tmp_path, cache_dir=tmp_path / "cache", offline=True)


def test_a_failed_download_is_refused_with_the_three_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = Published("http://127.0.0.1:9/cifar-10-python.tar.gz", "md5:0")
    moved = finder(replace(CIFAR10, published=(unreachable,)))
    monkeypatch.setitem(named_sets(), "cifar10", replace(named_sets()["cifar10"], find=moved))
    with pytest.raises(Refusal, match=r"not downloaded: http://127.0.0.1:9/.* cannot be reached .*Three ways out"):
        load(DataSpec("cifar10"), data_dir=tmp_path, cache_dir=tmp_path / "cache")


def test_what_is_nowhere_is_downloaded_once_and_then_found(
    mnist_like: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, home = tmp_path / "server", tmp_path / "keras" / "datasets"
    server.mkdir()
    published, idx_md5 = [], []
    for name, array in zip(IDX_FILES, mnist_like.values(), strict=True):
        data = gzip.compress(_as_idx(array), 0)
        (server / f"{name}.gz").write_bytes(data)
        published.append(Published((server / f"{name}.gz").as_uri(), f"md5:{_md5(data)}"))
        idx_md5.append(_md5(_as_idx(array)))
    known = replace(FASHION_MNIST, published=tuple(published), idx_md5=tuple(idx_md5))  # type: ignore[arg-type]
    declared = replace(named_sets()["fashion_mnist"], find=finder(known))
    monkeypatch.setitem(named_sets(), "fashion_mnist", declared)
    monkeypatch.setattr(mnist, "FASHION_MNIST", known)

    dataset = load(DataSpec("fashion_mnist"), data_dir=None, cache_dir=tmp_path / "cache")
    assert dataset.checksum == "images and labels are the publisher's (MD5 of the idx files)"
    assert dataset.class_names[9] == "Ankle boot"
    assert sorted(path.name for path in (home / "fashion-mnist").iterdir()) == sorted(f"{n}.gz" for n in IDX_FILES)
    for path in server.iterdir():
        path.unlink()
    again = load(DataSpec("fashion_mnist"), data_dir=None, cache_dir=tmp_path / "cache", offline=True)
    assert again.hash == dataset.hash


def test_a_folder_is_decoded_once_and_again_when_a_picture_changes(tmp_path: Path) -> None:
    root = class_tree(tmp_path / "pictures", {"a": 10, "b": 10})
    spec = DataSpec("folder", path=str(root))
    first = load(spec, data_dir=None, cache_dir=tmp_path / "cache")
    (entry,) = (tmp_path / "cache").glob("folder-*")
    made = (entry / "images.npy").stat().st_mtime_ns
    assert load(spec, data_dir=None, cache_dir=tmp_path / "cache").hash == first.hash
    assert (entry / "images.npy").stat().st_mtime_ns == made
    picture(root / "a" / "3.png", (1, 2, 3), (16, 16))
    assert load(spec, data_dir=None, cache_dir=tmp_path / "cache").hash != first.hash


def test_the_test_images_of_a_folder_are_the_same_at_any_size_and_fit(tmp_path: Path) -> None:
    """By the bytes of their files: rows with different sizes are tested on the same pictures."""
    root = class_tree(tmp_path / "pictures", {"train/a": 5, "train/b": 5, "test/a": 3, "test/b": 3})

    def opened(**changes: object) -> Dataset:
        spec = DataSpec("folder", path=str(root), **changes)  # type: ignore[arg-type]
        return load(spec, data_dir=None, cache_dir=tmp_path / "cache")

    one, small, padded = opened(), opened(image_size=8), opened(image_size=8, fit="pad")
    assert len({one.hash, small.hash}) == 2
    assert one.test_hash == small.test_hash == padded.test_hash
    assert opened(test_examples=4).test_hash != one.test_hash
    assert padded.fit == Fit(square="pad")
    picture(root / "test" / "a" / "0.png", (9, 9, 9))
    assert opened(image_size=8).test_hash != small.test_hash


def test_oblong_images_are_a_set_of_their_own_and_equal_sides_are_one(tmp_path: Path) -> None:
    root = class_tree(tmp_path / "pictures", {"train/a": 5, "train/b": 5, "test/a": 3, "test/b": 3})

    def opened(size: object) -> Dataset:
        spec = DataSpec("folder", path=str(root), image_size=size)  # type: ignore[arg-type]
        assert DataSpec(**spec.as_mapping()) == spec
        return load(spec, data_dir=None, cache_dir=tmp_path / "cache")

    square, oblong, same = opened(24), opened([16, 24]), opened([24, 24])
    assert (oblong.input_shape, square.input_shape) == ((16, 24, 3), (24, 24, 3))
    assert oblong.test_hash == square.test_hash, "the same pictures"
    assert (same.hash, DataSpec("folder", image_size=(24, 24))) == (square.hash, DataSpec("folder", image_size=24))
    assert len({oblong.hash, square.hash, opened([24, 16]).hash}) == 3
    assert any("were cut to their central part of 24:16 and resized to 16x24" in note for note in oblong.notes)


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("digits", {"fit": "pad"}, "data.fit is for dataset=folder; leave it out for digits"),
        ("digits", {"labels": "a.csv"}, "data.labels is for dataset=folder"),
        ("digits", {"on_bad": "skip"}, "data.on_bad is for dataset=folder"),
        ("digits", {"label_from": "name"}, "data.label_from: digits has one kind of labels"),
        ("folder", {"label_from": "nam"}, "unknown value of data.label_from 'nam'. Did you mean 'name'"),
        ("folder", {"label_from": "name", "labels": "a.csv"}, "both say where the classes are"),
        ("folder", {"fit": "stretch"}, "unknown value of data.fit 'stretch'"),
        ("folder", {"fit": "pad", "target": "box"}, "data.fit=pad moves the boxes"),
        ("folder", {"classes": "cat"}, r"data.classes='cat': expected the names of two classes or more"),
        ("folder", {"classes": 1}, r"data.classes=1: expected"),
        ("digits", {"image_size": [32, 48]}, r"data.image_size=\[32, 48\] is for dataset=folder; digits has square"),
        ("folder", {"image_size": [32, 48], "target": "box"}, r"task=localization has square images"),
        ("folder", {"image_size": [32]}, r"data.image_size=\[32\]: expected a side in pixels, or \[height, width\]"),
        ("folder", {"image_size": [32, 4]}, r"data.image_size=4: expected a whole number from 8 to 1024"),
        ("folder", {"image_size": [32, "x"]}, r"data.image_size='x': expected a whole number"),
        ("folder", {"classes": ("a", "a")}, r"data.classes=.*: expected"),
        ("folder", {"on_bad": "ignore"}, "unknown value of data.on_bad 'ignore'"),
        ("folder", {"allow_duplicates": "yes"}, "data.allow_duplicates='yes': expected true or false"),
    ],
)
def test_what_a_set_does_not_offer_is_refused(name: str, values: dict[str, object], why: str, tmp_path: Path) -> None:
    path = {"path": str(class_tree(tmp_path, {"a": 4, "b": 4}))} if name == "folder" else {}
    with pytest.raises(Refusal, match=why):
        load(DataSpec(name, **path, **values), data_dir=None, cache_dir=tmp_path / "c")  # type: ignore[arg-type]


def test_pictures_that_cannot_be_read_are_listed_in_a_file_or_left_out(tmp_path: Path) -> None:
    root = class_tree(tmp_path / "pictures", {"a": 20, "b": 30})
    bad = [*(root / "a" / f"{k}.png" for k in range(5)), *(root / "b" / f"{k}.png" for k in range(9))]
    for k, path in enumerate(bad):
        path.write_bytes((b"", b"<html>gone</html>", path.read_bytes()[:50])[k % 3])
    spec = DataSpec("folder", path=str(root))
    with pytest.raises(Refusal, match=r"14 of 50 .*; all are listed in (\S+); data.on_bad=skip leaves") as refusal:
        load(spec, data_dir=None, cache_dir=tmp_path / "cache")
    listing = Path(str(refusal.value).rpartition("listed in ")[2].partition(";")[0]).read_text(encoding="utf-8")
    assert [line.split("\t")[0] for line in listing.splitlines()] == sorted(map(str, bad), key=lambda p: (p[:-6], p))
    skipping = replace(spec, on_bad="skip")
    some = load(skipping, data_dir=None, cache_dir=tmp_path / "cache")
    assert len(some.images) == 36
    assert "14 of 50 pictures cannot be read and were left out (data.on_bad=skip): a 5, b 9" in some.notes
    assert sorted(np.concatenate([some.train, some.validation, some.test])) == list(range(36))
    for index, file in enumerate(some.files()):
        name, number = file.removesuffix(".png").split("/")
        assert some.images[index, 0, 0].tolist() == [20 * "ab".index(name), int(number), 7]
        assert some.class_names[some.labels[index]] == name
    assert len(list((tmp_path / "cache").glob("*.unreadable.txt"))) == 2
    for path in bad:
        path.unlink()
    clean = load(spec, data_dir=None, cache_dir=tmp_path / "cache")
    assert len(clean.images) == 36
    assert [clean.images[k].tolist() for k in range(36)] == [some.images[k].tolist() for k in range(36)]


def test_a_folder_of_nothing_but_bad_pictures_is_refused(tmp_path: Path) -> None:
    root = class_tree(tmp_path / "pictures", {"a": 4, "b": 4})
    for path in root.glob("*/*.png"):
        path.write_bytes(b"")
    with pytest.raises(Refusal, match=r"8 of 8 pictures cannot be read"):
        load(DataSpec("folder", path=str(root), on_bad="skip"), data_dir=None, cache_dir=tmp_path / "cache")


def test_the_package_imports_no_framework() -> None:
    code = (
        "import sys, suite.data; "
        "heavy = {'keras', 'tensorflow', 'mlflow', 'sklearn', 'pandas', 'PIL', 'scipy', 'optuna'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.realdata
def test_the_real_cifar10_loads_warm_in_well_under_a_second(data_root: Path, tmp_path: Path) -> None:
    load(DataSpec("cifar10"), data_dir=data_root, cache_dir=tmp_path)
    code = (
        "import sys, time; from pathlib import Path; from suite.data import DataSpec, load; "
        "start = time.process_time(); "
        "load(DataSpec('cifar10'), data_dir=Path(sys.argv[1]), cache_dir=Path(sys.argv[2])); "
        "print(time.process_time() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(data_root), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert float(done.stdout) < 0.5
