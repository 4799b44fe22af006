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
from suite.data import DataSpec, dataset_names, load
from suite.data.files.download import Published
from suite.data.files.published import finder
from suite.data.registry import named_sets
from suite.data.sources import mnist
from suite.data.sources.cifar import CIFAR10
from suite.data.sources.mnist import FASHION_MNIST, IDX_FILES, _as_idx, _md5
from tests.data.made_up import class_tree


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


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("digits", {"fit": "pad"}, "data.fit is for dataset=folder; leave it out for digits"),
        ("digits", {"labels": "a.csv"}, "data.labels is for dataset=folder"),
        ("digits", {"on_bad": "skip"}, "data.on_bad is for dataset=folder"),
        ("digits", {"label_from": "name"}, "data.label_from: digits has one kind of labels"),
        ("folder", {"label_from": "nam"}, "unknown value of data.label_from 'nam'. Did you mean 'name'"),
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
        ("folder", {"allow_duplicates": "yes"}, "data.allow_duplicates='yes': expected true, false or drop"),
    ],
)
def test_what_a_set_does_not_offer_is_refused(name: str, values: dict[str, object], why: str, tmp_path: Path) -> None:
    path = {"path": str(class_tree(tmp_path, {"a": 4, "b": 4}))} if name == "folder" else {}
    with pytest.raises(Refusal, match=why):
        load(DataSpec(name, **path, **values), data_dir=None, cache_dir=tmp_path / "c")  # type: ignore[arg-type]


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
