"""What a network gets of images that are kept larger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, building, decoding, load
from suite.data.decoding import fit_some
from suite.data.fit import Fit
from tests.data import drawn
from tests.data.made_up import class_tree


def opened(where: Path, name: str = "digits", **values: Any) -> Dataset:
    return load(DataSpec(name, **values), data_dir=where, cache_dir=where / "cache", offline=True)


def photographs(root: Path, counts: dict[str, int], size: tuple[int, int] = (60, 44)) -> Path:
    """Smooth pictures, of different kinds, in class folders."""
    for number, (folder, count) in enumerate(counts.items()):
        (root / folder).mkdir(parents=True)
        for k in range(count):
            small = np.random.default_rng([number, k]).integers(0, 256, (7, 9, 3), dtype=np.uint8)
            Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).save(root / folder / f"{k}.png")
    return root


def by_pillow(image: np.ndarray, size: int, crop_pct: float) -> np.ndarray:
    """Resized as a whole to size / crop_pct, then cut at the centre: whole lengths only."""
    whole = round(size / crop_pct)
    before = (whole - size) // 2
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    larger = np.asarray(picture.resize((whole, whole), Image.Resampling.BICUBIC)).reshape(whole, whole, -1)
    return larger[before : before + size, before : before + size]


@pytest.mark.parametrize(("size", "crop_pct"), [(16, 1.0), (14, 0.875), (12, 0.5), (20, 1.0)])
def test_it_is_resized_and_cut_at_the_centre(size: int, crop_pct: float, tmp_path: Path) -> None:
    data = opened(tmp_path, image_size=size, source_size=32, crop_pct=crop_pct)
    own = opened(tmp_path)
    assert data.larger is not None
    np.testing.assert_array_equal(data.larger, own.images)
    assert data.input_shape == (size, size, 1)
    for index in (0, 700, 1796):
        expected = by_pillow(own.images[index], size, crop_pct)
        assert np.abs(data.images[index].astype(int) - expected).max() <= 1


def test_it_is_a_set_of_its_own_with_the_same_test_images(tmp_path: Path) -> None:
    own, small = opened(tmp_path), opened(tmp_path, image_size=16)
    data = opened(tmp_path, image_size=16, source_size=32)
    assert len({own.hash, small.hash, data.hash, opened(tmp_path, image_size=16, source_size=24).hash}) == 4
    assert opened(tmp_path, image_size=16, source_size=32, crop_pct=0.75).hash != data.hash
    assert opened(tmp_path, image_size=16, source_size=32, crop_pct=1.0).hash == data.hash
    assert own.test_hash == small.test_hash == data.test_hash
    assert small.larger is None
    assert data.test.tolist() == own.test.tolist()
    np.testing.assert_array_equal(data.images, small.images)
    assert any("taken from images of 32x32; where" in note and "resized to 16x16" in note for note in data.notes)
    shares = opened(tmp_path, image_size=16, source_size=32, crop_pct=0.75).notes
    assert any("the central 75.0% of their sides is resized to 16x16" in note for note in shares)


def test_some_classes_keep_their_larger_images(tmp_path: Path) -> None:
    whole = opened(tmp_path, image_size=16, source_size=32)
    some = opened(tmp_path, image_size=16, source_size=32, classes=["7", "1"])
    assert some.hash != whole.hash
    assert some.larger is not None
    assert len(some.larger) == len(some.images) == len(whole.images)
    assert set(whole.labels[some.test]) == {1, 7}


def test_boxes_are_those_of_the_images_that_the_network_gets(tmp_path: Path) -> None:
    drawn.tiny_imagenet(tmp_path / "tiny-imagenet-3", side=64)
    own = opened(tmp_path, "tiny_imagenet", target="box")
    data = opened(tmp_path, "tiny_imagenet", target="box", image_size=32, source_size=48)
    assert data.larger is not None
    assert data.larger.shape[1:] == (48, 48, 3)
    np.testing.assert_allclose(data.targets.arrays["box"], own.targets.arrays["box"] / 2, atol=1e-4)


@pytest.mark.parametrize("name", ["digits", "mnist", "cifar10", "tiny_imagenet"])
def test_more_pixels_than_a_set_has_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=rf"data.source_size=96: the images of {name} have \d+x\d+ pixels"):
        opened(tmp_path, name, image_size=24, source_size=96)


def test_a_folder_says_how_many_pictures_are_smaller(tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"a": 6, "b": 6})
    photographs(root, {"c": 5}, size=(30, 30))
    data = opened(tmp_path, "folder", path=str(root), image_size=24, source_size=40)
    assert any("resized to 40x40 (bicubic, antialiased), 5 of them enlarged" in note for note in data.notes)


@pytest.mark.parametrize(("way", "size", "enlarged"), [
    ("crop", [20, 70], True), ("squash", [50, 20], True), ("pad", [20, 70], False), ("pad", [50, 70], True),
    ("crop", [44, 60], False),
])  # fmt: skip
def test_it_says_so_of_oblong_images_too(way: str, size: list[int], enlarged: bool, tmp_path: Path) -> None:
    """Pictures 44 high and 60 wide."""
    root = photographs(tmp_path / "set", {"a": 5, "b": 5})
    notes = opened(tmp_path, "folder", path=str(root), image_size=size, fit=way).notes
    assert any("10 of them enlarged" in note for note in notes) == enlarged


@pytest.mark.parametrize("way", ["crop", "pad", "squash"])
def test_a_folders_pictures_are_fitted_as_its_images_were(way: str, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"a": 6, "b": 6})
    data = opened(tmp_path, "folder", path=str(root), image_size=20, source_size=40, crop_pct=0.8, fit=way)
    paths = [root / file for file in data.files()]
    assert data.fit == Fit(square=way, larger=40, crop_pct=0.8)  # type: ignore[arg-type]
    for size in (20, (20, 20)):
        np.testing.assert_array_equal(fit_some(paths, data.fit, size, 3)[0], data.images)


def test_a_named_sets_pictures_are_fitted_as_its_images_were(tmp_path: Path) -> None:
    drawn.tiny_imagenet(tmp_path / "tiny-imagenet-3", side=64)
    data = opened(tmp_path, "tiny_imagenet", image_size=32, source_size=48, crop_pct=0.875)
    paths = [Path(data.location) / file for file in data.files()]
    np.testing.assert_array_equal(fit_some(paths, data.fit, 32, 3)[0], data.images)


def test_copies_are_told_by_the_larger_pixels(tmp_path: Path) -> None:
    root = class_tree(tmp_path / "set", {"train/a": 5, "train/b": 5, "test/a": 3, "test/b": 3})
    pixels = np.array(Image.open(root / "train" / "a" / "0.png"))
    pixels[0, 0] += 1  # too little to be seen at half the size
    Image.fromarray(pixels).save(root / "test" / "b" / "0.png")
    wanted = {"path": str(root), "image_size": 8, "source_size": 16}
    assert opened(tmp_path, "folder", **wanted).num_classes == 2
    Image.open(root / "train" / "a" / "0.png").save(root / "test" / "b" / "0.png")
    with pytest.raises(Refusal, match="exact cop"):
        opened(tmp_path, "folder", **wanted)


def test_they_are_divided_by_groups_and_folds_as_other_images(tmp_path: Path) -> None:
    """One view serves all divisions, whichever comes first."""
    root = photographs(tmp_path / "set", {f"{name}/{name}{k}": 4 for name in "ab" for k in range(10)})
    sizes: dict[str, Any] = {"path": str(root), "image_size": 16, "source_size": 32}
    alone = opened(tmp_path, "folder", path=str(root), image_size=16, group="parent", folds=4, fold=3)
    last, first, whole = (
        opened(tmp_path, "folder", **sizes, **more)
        for more in ({"group": "parent", "folds": 4, "fold": 3}, {"folds": 4, "fold": 0}, {})
    )
    assert len(list((tmp_path / "cache").glob("folder-*/"))) == 3, "one without larger ones, the larger, their view"
    assert len({alone.hash, last.hash, first.hash, whole.hash}) == 4
    assert alone.test_hash == last.test_hash, "the same pictures"
    for part in ("train", "validation", "test"):
        assert getattr(last, part).tolist() == getattr(alone, part).tolist()
    for data in (last, first, whole):
        assert data.larger is not None
        assert (data.images.shape[1:], data.larger.shape[1:]) == ((16, 16, 3), (32, 32, 3))
        np.testing.assert_array_equal(data.images, whole.images)
    elsewhere = tmp_path / "elsewhere"
    for more, known in (({}, whole), ({"folds": 4, "fold": 0}, first)):
        assert opened(elsewhere, "folder", **sizes, **more).hash == known.hash


def test_near_copies_across_a_fold_are_told_by_the_larger_pixels(tmp_path: Path) -> None:
    """Pictures that differ around a middle which all have: that alone is seen without a random crop."""
    root = photographs(tmp_path / "set", {"a": 8, "b": 8}, size=(48, 48))
    middle = Image.open(root / "a" / "0.png").crop((16, 16, 32, 32))
    for number, path in enumerate(sorted(root.glob("*/*.png"))):
        image = Image.open(path)
        image.paste(middle, (16, 16))
        image.putpixel((20, 20), (number, 0, 0))
        image.save(path)
    sizes: dict[str, Any] = {"path": str(root), "image_size": 16, "source_size": 48, "crop_pct": 0.3}
    data = opened(tmp_path, "folder", **sizes, folds=2, fold=0)
    assert not any("may be the same pictures" in note for note in data.notes)


@pytest.mark.parametrize("size", [[16, 24], (24, 16)])
def test_oblong_images_are_not_cropped_from_larger_ones(size: Any, tmp_path: Path) -> None:
    root = photographs(tmp_path / "set", {"a": 6, "b": 6})
    with pytest.raises(Refusal, match=r"data.source_size=48: crops are taken from squares .* as one side, or leave"):
        opened(tmp_path, "folder", path=str(root), image_size=size, source_size=48)
    same = opened(tmp_path, "folder", path=str(root), image_size=[24, 24], source_size=48)
    assert same.hash == opened(tmp_path, "folder", path=str(root), image_size=24, source_size=48).hash


@pytest.mark.parametrize("stopped", ["decode_one", "central"])
def test_what_is_interrupted_goes_on(stopped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the second chunk of the larger images, or in their view, which is made from them again."""
    monkeypatch.setattr(decoding, "CHUNK", 16)
    monkeypatch.setattr(building, "CHUNK", 16)
    root = photographs(tmp_path / "set", {"a": 20, "b": 20})
    values: dict[str, Any] = {"path": str(root), "image_size": 16, "source_size": 32, "crop_pct": 0.875}
    calls: list[str] = []
    real = {name: getattr(decoding, name) for name in ("decode_one", "central")}

    def counted(name: str, limit: int) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append(name)
            if calls.count(name) > limit:
                raise KeyboardInterrupt
            return real[name](*arguments)

        return call

    monkeypatch.setattr(decoding, stopped, counted(stopped, {"decode_one": 20, "central": 0}[stopped]))
    with pytest.raises(KeyboardInterrupt):
        opened(tmp_path, "folder", **values)
    calls.clear()
    for name in real:
        monkeypatch.setattr(decoding, name, counted(name, 99))
    data = opened(tmp_path, "folder", **values)
    assert calls.count("decode_one") == (24 if stopped == "decode_one" else 0)
    assert not list((tmp_path / "cache").glob(".partial.*"))
    fresh = opened(tmp_path / "fresh", "folder", **values)
    assert (data.hash, data.test_hash) == (fresh.hash, fresh.test_hash)
    np.testing.assert_array_equal(data.images, fresh.images)
