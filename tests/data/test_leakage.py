"""Test images that a source was trained on are found, whatever their size, and others are not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from suite.data import DataSpec, load
from suite.data.leakage import Fingerprints, fingerprints, leaked

SIZE = 32


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load(DataSpec("digits", test_examples=40), data_dir=None, cache_dir=tmp_path_factory.mktemp("cache"))


def photographs(count: int, size: int, seed: int) -> np.ndarray:
    """Smooth colour fields with the contrast of photographs, (count, size, size, 3) uint8."""
    noise = np.random.default_rng(seed).normal(size=(count, size, size, 3))
    smooth = gaussian_filter(noise, (0, size / 16, size / 16, 0))
    low, high = smooth.min(axis=(1, 2), keepdims=True), smooth.max(axis=(1, 2), keepdims=True)
    return (255 * (smooth - low) / (high - low)).astype(np.uint8)


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Somebody else's way of making images smaller: the mean of blocks, or Pillow's own for enlarging."""
    step = images.shape[1] // size
    if step:
        blocks = images.reshape(len(images), size, step, size, step, 3)
        return blocks.mean(axis=(2, 4)).round().astype(np.uint8)
    return np.stack(
        [np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS)) for image in images]
    )


def test_exact_copies_are_found_where_sizes_are_equal(digits: Any) -> None:
    images = np.array(digits.images)
    seen = digits.train[:50]
    images[digits.test[3]] = images[seen[7]]
    images[digits.test[8]] = images[seen[7]]
    images[digits.test[9]] = images[seen[9]] ^ (np.arange(SIZE * SIZE).reshape(SIZE, SIZE, 1) == 77)  # one pixel
    known = fingerprints(digits, seen, exact=True)
    found = leaked(replace(digits, images=images), known)
    before = set(leaked(digits, known).test)
    assert set(found.test) - before == {digits.test[3], digits.test[8]}
    assert (found.of, found.alike) == (40, None)
    assert "2 of 40 test images are among the training images of a/b (pixel for pixel)" in found.sentence("a/b")


@pytest.mark.parametrize("size", [16, 64])
def test_resized_copies_are_found_where_sizes_differ(digits: Any, size: int) -> None:
    theirs = photographs(60, SIZE, seed=1)
    mine = np.concatenate([resized(theirs[10:15], size), photographs(40, size, seed=2)])
    source = replace(digits, images=theirs)
    target = replace(digits, images=mine, test=np.arange(len(mine)))
    found = leaked(target, fingerprints(source, np.arange(60)))
    assert found.test.tolist() == [0, 1, 2, 3, 4]
    assert found.same is None
    few = leaked(target, fingerprints(source, np.arange(12)))
    assert few.test.tolist() == [0, 1], "only what was trained on counts"
    none = leaked(target, fingerprints(source, np.arange(5)))
    assert none.sentence("a").startswith(
        "none of 45 test images is among the training images of a (as they look at 16x16"
    )


def test_pictures_that_are_kept_larger_are_compared_by_all_their_pixels(digits: Any) -> None:
    """At one input size, but made otherwise: their small images differ in every pixel."""
    pictures = photographs(60, 64, seed=4)
    source = replace(digits, images=resized(pictures, SIZE))
    other = np.concatenate([pictures[10:13], photographs(20, 64, seed=5)])
    target = replace(digits, images=resized(other[:, 8:56, 8:56], 16), larger=other, test=np.arange(len(other)))
    found = leaked(target, fingerprints(source, np.arange(60)))
    assert (found.test.tolist(), found.same) == ([0, 1, 2], None)
    found = leaked(target, fingerprints(replace(source, larger=pictures), np.arange(60)))
    assert found.same is not None
    assert found.same.tolist() == found.test.tolist() == [0, 1, 2]


def test_a_grey_set_is_compared_in_grey(digits: Any) -> None:
    theirs = photographs(20, 64, seed=3)
    grey = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in resized(theirs[:4], SIZE)])[..., None]
    target = replace(digits, images=grey, test=np.arange(4))
    assert leaked(target, fingerprints(replace(digits, images=theirs), np.arange(20))).test.tolist() == [0, 1, 2, 3]


def test_what_is_kept_of_images_finds_the_same(digits: Any, tmp_path: Path) -> None:
    """Exact copies, and resized ones, without the images; in less than 800 bytes of each."""
    theirs = photographs(60, SIZE, seed=1)
    source = replace(digits, images=theirs)
    fingerprints(source, np.arange(60)).save(tmp_path / "seen.npz")
    assert (tmp_path / "seen.npz").stat().st_size < 60 * 800 + 1000
    kept = Fingerprints.load(tmp_path / "seen.npz")
    assert kept.shape == (SIZE, SIZE, 3)
    for size, copies in ((SIZE, theirs[3:5]), (64, resized(theirs[3:5], 64))):
        mine = np.concatenate([photographs(10, size, seed=2), copies])
        found = leaked(replace(digits, images=mine, test=np.arange(12)), kept)
        assert found.test.tolist() == [10, 11]
        assert (found.same is not None) is (size == SIZE)


@pytest.mark.parametrize("quality", [50, 80, 95])
def test_pictures_that_were_saved_anew_are_found(digits: Any, quality: int) -> None:
    """Of one size, but no pixel is what it was: another quality of JPEG between the source's set and this one."""
    theirs = photographs(60, SIZE, seed=1)
    again = np.stack([_saved(image, quality) for image in theirs[20:24]])
    mine = np.concatenate([theirs[5:7], again, photographs(30, SIZE, seed=2)])
    target = replace(digits, images=mine, test=np.arange(len(mine)))
    found = leaked(target, fingerprints(replace(digits, images=theirs), np.arange(60)))
    assert found.same is not None
    assert found.alike is not None
    assert (found.same.tolist(), found.alike.tolist()) == ([0, 1], [2, 3, 4, 5])
    assert "(2 pixel for pixel, 4 as they look at 16x16 pixels)" in found.sentence("a")


def _saved(image: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
