"""Tiny ImageNet by its name: where it is found, and its boxes with the images of any size."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, load
from tests.data import drawn


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    drawn.tiny_imagenet(folder / "tiny-imagenet-3", side=64, train=10, test=4)
    return folder


def loaded(data_dir: Path, cache: Path, **changes: object) -> Dataset:
    spec = DataSpec("tiny_imagenet", **{"target": "box", **changes})  # type: ignore[arg-type]
    return load(spec, data_dir=data_dir, cache_dir=cache, offline=True)


def test_each_box_is_round_its_rectangle(data_dir: Path, tmp_path: Path) -> None:
    data = loaded(data_dir, tmp_path)
    assert data.class_names == ("red", "green", "blue")
    assert (len(data.test), data.input_shape) == (12, (64, 64, 3))
    assert data.targets.arrays["box"].dtype == np.float32
    found = [drawn.edges_of(image) for image in data.images]
    np.testing.assert_array_equal(data.targets.arrays["box"], found)
    again = loaded(data_dir, tmp_path)
    np.testing.assert_array_equal(again.targets.arrays["box"], found)  # from the cache


def test_boxes_follow_the_size_of_the_images(data_dir: Path, tmp_path: Path) -> None:
    whole, half = loaded(data_dir, tmp_path), loaded(data_dir, tmp_path, image_size=32)
    assert half.input_shape == (32, 32, 3)
    np.testing.assert_array_equal(half.targets.arrays["box"], whole.targets.arrays["box"] / 2)
    assert half.test_hash == whole.test_hash
    assert half.hash != whole.hash


def test_classes_alone_have_a_hash_of_their_own_that_no_box_changes(data_dir: Path, tmp_path: Path) -> None:
    alone, boxed = loaded(data_dir, tmp_path, target=None), loaded(data_dir, tmp_path)
    assert "box" not in alone.targets.arrays
    assert (alone.hash, alone.test_hash) != (boxed.hash, boxed.test_hash)
    other = tmp_path / "other"
    shutil.copytree(data_dir, other)
    file = other / "tiny-imagenet-3" / "train" / "n01" / "n01_boxes.txt"
    name, *_ = file.read_text().split("\t")
    rest = file.read_text().splitlines()[1:]
    file.write_text("\n".join([f"{name}\t0\t0\t1\t1", *rest]) + "\n")
    assert loaded(other, tmp_path / "cache").hash != boxed.hash
    assert loaded(other, tmp_path / "cache", target=None).hash == alone.hash
    file.write_text("nothing of use\n")
    assert loaded(other, tmp_path / "cache", target=None).hash == alone.hash
    with pytest.raises(Refusal, match=r"n01_boxes.txt, line 1: expected four numbers"):
        loaded(other, tmp_path / "cache")


def test_a_box_outside_is_refused_before_a_picture_is_decoded(data_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(data_dir, other)
    file = other / "tiny-imagenet-3" / "train" / "n02" / "n02_boxes.txt"
    lines = file.read_text().splitlines()
    lines[2] = "\t".join([lines[2].split("\t")[0], "0", "0", "64", "9"])
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(Refusal, match=r"n02_boxes.txt, line 3: the box reaches out of its picture of 64x64 pixels"):
        loaded(other, tmp_path)


def test_it_is_found_by_its_folder_or_in_it_and_two_of_them_are_a_question(data_dir: Path, tmp_path: Path) -> None:
    assert loaded(data_dir / "tiny-imagenet-3", tmp_path).location.endswith("tiny-imagenet-3")
    two = tmp_path / "two"
    for name in ("tiny-imagenet-3", "tiny-imagenet-4"):
        shutil.copytree(data_dir / "tiny-imagenet-3", two / name)
    with pytest.raises(Refusal, match=r"several sets laid out as Tiny ImageNet: tiny-imagenet-3, tiny-imagenet-4"):
        loaded(two, tmp_path)
    shutil.copytree(two / "tiny-imagenet-4", two / "tiny-imagenet-200")
    assert loaded(two, tmp_path).location.endswith("tiny-imagenet-200")


def test_without_it_the_refusal_says_where_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(Refusal, match=r"tiny_imagenet was found nowhere .*put tiny-imagenet-200/ \(unpacked from"):
        loaded(tmp_path, tmp_path)


def test_a_set_without_boxes_says_which_have_them(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"dataset=digits has no box .*: choose dataset=tiny_imagenet or dataset=folder"):
        load(DataSpec("digits", target="box"), data_dir=None, cache_dir=tmp_path)


@pytest.mark.realdata
def test_the_real_boxes_lie_in_the_real_pictures(data_root: Path, tmp_path: Path) -> None:
    """All 11,000, the one that is a pixel wide included; on average three quarters of the side wide."""
    data = loaded(data_root, tmp_path)
    boxes = data.targets.arrays["box"]
    assert boxes.shape == (11_000, 4)
    assert boxes.min() == 0
    assert boxes.max() == 64
    assert (boxes[:, 2:] - boxes[:, :2]).min() == 1
    np.testing.assert_allclose((boxes[:, 2:] - boxes[:, :2]).mean(axis=0), [49.8, 44.7], atol=0.3)
    first = data.test[0]
    half = loaded(data_root, tmp_path, image_size=32)
    np.testing.assert_array_equal(half.targets.arrays["box"][first], boxes[first] / 2)
