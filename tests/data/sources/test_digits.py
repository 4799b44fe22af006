from __future__ import annotations

import importlib.machinery

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from suite.data.contents import TEST
from suite.data.sources import digits


def test_the_images_and_labels_are_scikit_learns() -> None:
    ink, labels = digits._ink()
    bunch = load_digits()
    np.testing.assert_array_equal(ink, bunch.images)
    np.testing.assert_array_equal(labels, bunch.target)


def test_they_are_read_through_scikit_learn_when_its_file_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = importlib.machinery.ModuleSpec("sklearn", None)
    monkeypatch.setattr(digits, "find_spec", lambda name: moved)
    ink, labels = digits._ink()
    assert ink.shape == (1797, 8, 8)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_enlarging_is_pillows_bilinear_interpolation() -> None:
    ink = load_digits().images[:50]
    enlarged = digits.enlarge(ink)
    assert enlarged.shape == (50, 32, 32, 1)
    assert enlarged.dtype == np.uint8
    for image, small in zip(enlarged[..., 0], ink, strict=True):
        scaled = Image.fromarray((small * 255 / 16).astype(np.float32))
        expected = np.asarray(scaled.resize((32, 32), Image.Resampling.BILINEAR))
        assert np.abs(image - expected).max() <= 0.501


def test_enlarging_by_hand() -> None:
    ink = np.zeros((1, 8, 8))
    ink[0, 0, 0], ink[0, 7, 7] = 16, 8
    image = digits.enlarge(ink)[0, ..., 0]
    assert image[0, :8].tolist() == [255, 255, 223, 159, 96, 32, 0, 0]  # 255 times 1, 1, 7/8, 5/8, 3/8, 1/8, 0, 0
    assert image[31, 31] == 128  # half of 255, rounded up


def test_the_test_set_is_a_fixed_stratified_fifth_and_the_notes_say_so() -> None:
    contents = digits.locate().read()
    in_test = np.bincount(contents.labels[contents.part == TEST], minlength=10)
    assert in_test.sum() == 359
    assert np.abs(in_test - np.bincount(contents.labels) / 5).max() < 1.5
    assert any("bilinear" in note for note in contents.notes)
    assert any("ours is a fixed, stratified fifth (359)" in note for note in contents.notes)
