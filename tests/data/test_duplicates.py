from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, duplicates, load
from suite.data.contents import image_digests
from suite.data.duplicates import exact, near, sketches, table


def scene(seed: int, side: int = 96) -> Image.Image:
    """A picture with structure at every scale that no other seed gives."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    smooth = Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
    grain = random.integers(0, 40, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(np.clip(np.asarray(smooth).astype(int) + grain - 20, 0, 255).astype(np.uint8))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, part in enumerate(("train", "test")):
        for name in "ab":
            folder = tmp_path / "pictures" / part / name
            folder.mkdir(parents=True)
            for k in range(6):
                scene(1000 * number + 100 * ord(name) + k).save(folder / f"{k}.png")
    return tmp_path / "pictures"


def opened(root: Path, **values: object) -> Dataset:
    spec = DataSpec("folder", path=str(root), **values)  # type: ignore[arg-type]
    return load(spec, data_dir=None, cache_dir=root.parent / "cache")


def test_an_exact_copy_between_test_and_training_is_refused_by_name_unless_allowed(root: Path) -> None:
    Image.open(root / "train" / "a" / "3.png").save(root / "test" / "b" / "again.bmp")
    with pytest.raises(Refusal, match=r"1 of 13 test images are exact copies .*again.bmp = train/a/3.png.*allow"):
        opened(root)
    notes = opened(root, allow_duplicates=True).notes
    assert "1 of 13 test images has an exact copy among the training or validation images" in notes
    assert not any("look" in note for note in notes), "an exact copy is not said twice"


@pytest.mark.parametrize("change", ["jpeg", "smaller", "brighter", "cut"])
def test_a_near_copy_is_found_and_named(change: str, root: Path) -> None:
    planted = Image.open(root / "train" / "b" / "2.png")
    if change == "smaller":
        planted = planted.resize((48, 48))
    elif change == "brighter":
        planted = ImageEnhance.Brightness(planted).enhance(1.1)
    elif change == "cut":
        planted = planted.crop((2, 2, 95, 95))
    planted.save(root / "test" / "a" / "planted.jpg", quality=60)
    (note,) = (note for note in opened(root, image_size=32).notes if "look" in note)
    assert note.startswith("1 of 13 test images looks like training or validation images")
    assert "test/a/planted.jpg like train/b/2.png" in note


def test_different_pictures_are_not_called_alike(root: Path) -> None:
    assert not any("look" in note for note in opened(root).notes)


def test_pictures_of_one_colour_are_compared_with_none() -> None:
    images = np.stack([np.full((16, 16, 3), colour, np.uint8) for colour in ((9, 9, 9), (9, 9, 10), (200, 0, 0))])
    assert list(near(sketches(images), np.array([0]), np.array([1, 2]))) == []


def test_one_shape_in_two_colours_is_not_one_picture() -> None:
    images = np.zeros((2, 16, 16, 3), np.uint8)
    images[0, 4:12, 4:12] = (250, 40, 40)
    images[1, 4:12, 4:12] = (40, 250, 40)
    assert list(near(sketches(images), np.array([0]), np.array([1]))) == []


@pytest.mark.parametrize("channels", [1, 3])
def test_the_product_of_sketches_is_the_correlation_of_averages(channels: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 40, 24, channels), dtype=np.uint8)
    small = images.reshape(4, 8, 5, 8, 3, channels).mean((2, 4)).reshape(4, 64, channels)
    small = (small - small.mean(1, keepdims=True)).reshape(4, -1)
    expected = small @ small.T / np.outer(*[np.linalg.norm(small, axis=1)] * 2)
    shapes = sketches(images).shapes
    np.testing.assert_allclose(shapes @ shapes.T, expected, atol=1e-4)


def test_pairs_within_a_part_come_once_and_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "_ROWS", 3)
    monkeypatch.setattr(duplicates, "_COLUMNS", 4)
    images = np.stack([np.asarray(scene(k % 7, 32)) for k in range(21)])
    everything = np.arange(21)
    found = sorted(near(sketches(images), everything, everything))
    assert found == [(i, j) for i in range(21) for j in range(i + 1, 21) if (j - i) % 7 == 0]


def test_exact_pairs_name_the_first_twin() -> None:
    images = np.array([0, 1, 0, 2, 1, 0], np.uint8).reshape(-1, 1, 1, 1)
    digests = image_digests(images)
    assert exact(digests, np.arange(6), np.arange(6)) == [(2, 0), (4, 1), (5, 0)]
    assert exact(digests, np.array([3, 4]), np.array([0, 1])) == [(4, 1)]


def test_the_table_has_every_pair_with_its_parts() -> None:
    pictures = [np.asarray(scene(k, 32)) for k in range(4)]
    brighter = np.clip(pictures[1].astype(int) + 8, 0, 255).astype(np.uint8)
    images = np.stack([*pictures, pictures[0], brighter])
    parts = {"train": np.array([1, 0, 2]), "validation": np.array([3]), "test": np.array([4, 5])}
    assert table(images, image_digests(images), parts) == [
        ("exact", "test", 4, "train", 0),
        ("near", "test", 5, "train", 1),
    ]


def test_too_many_are_not_compared_and_it_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MOST_PAIRS", 100)
    assert any(
        note.startswith("near duplicates were not looked for: 12 images were not") for note in opened(root).notes
    )
