"""A folder from its path to a divided set: decoded once, told apart by its pictures, bad ones listed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, load
from suite.data.fit import Fit
from tests.data.made_up import class_tree, picture


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


def test_a_path_is_for_folders_and_folders_need_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"dataset=folder needs data.path=DIR"):
        load(DataSpec("folder"), data_dir=None, cache_dir=tmp_path)
    with pytest.raises(Refusal, match="unknown dataset 'foldr'"):
        load(DataSpec("foldr", path="pictures"), data_dir=None, cache_dir=tmp_path)
    with pytest.raises(Refusal, match=r"data.path is for dataset=folder; mnist is looked for under data_dir"):
        load(DataSpec("mnist", path="pictures"), data_dir=None, cache_dir=tmp_path)


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
    assert (
        "14 of 50 pictures cannot be read and were left out (data.on_bad=skip): a 5, b 9; what is said of all pictures"
        in some.notes[-1]
    )
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
