from __future__ import annotations

from pathlib import Path

import pytest

from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.layouts.words import (
    UNLABELLED,
    class_in,
    legible,
    means_annotations,
    means_pictures,
    part_of,
    parts_of,
    same,
)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train", TRAIN), ("Training", TRAIN), ("training_set", TRAIN), ("seg_train", TRAIN), ("train2017", TRAIN),
        ("Train Data", TRAIN), ("trainset", TRAIN), ("images_train", TRAIN), ("x-train", TRAIN),
        ("val", VALIDATION), ("valid", VALIDATION), ("dev", VALIDATION), ("val2017", VALIDATION),
        ("test1", TEST), ("TestSet", TEST), ("test_images", TEST), ("Testing", TEST),
        ("seg_pred", UNLABELLED), ("single_prediction", UNLABELLED), ("unlabeled", UNLABELLED),
        ("cat", None), ("train_station", None), ("test_tube", None), ("trainer", None), ("valley", None),
        ("data", None), ("training wheels", None), ("7", None), ("", None),
    ],
)  # fmt: skip
def test_a_part_is_known_by_its_name(name: str, part: int | None) -> None:
    assert part_of(name) == part


def test_a_common_word_beside_the_parts_does_not_hide_them() -> None:
    assert parts_of(["asl_alphabet_train", "asl_alphabet_test"]) == {
        "asl_alphabet_train": TRAIN,
        "asl_alphabet_test": TEST,
    }
    assert parts_of(["test_tube", "train_station"]) == {}
    assert parts_of(["asl_alphabet_train", "asl_alphabet_test", "readme"]) == {}
    assert parts_of(["cat", "dog"]) == {}


def test_pictures_and_annotations_are_known_by_the_folders_name() -> None:
    assert all(map(means_pictures, ("images", "JPEGImages", "imgs")))
    assert all(map(means_annotations, ("labels", "Annotations", "masks", "ground_truth", "SegmentationClass")))
    assert not any(map(means_pictures, ("cat", "imagination")))
    assert not any(map(means_annotations, ("with_mask", "no masks", "labelled_cat")))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("cat.0.jpg", "cat"), ("dog.49.JPEG", "dog"), ("great_pyrenees_12.jpg", "great_pyrenees"),
        ("n01443537_10.JPEG", "n01443537"), ("cat (3).png", "cat"), ("Cat-007.webp", "Cat"), ("cat.jpg", "cat"),
        ("1.jpg", ""), ("0001", ""), ("cat.12", "cat"),
    ],
)  # fmt: skip
def test_the_class_in_a_files_name_stands_before_its_number(name: str, found: str) -> None:
    assert class_in(Path("folder") / name) == found


def test_bytes_that_are_no_utf8_are_read_as_latin1() -> None:
    broken = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert legible(broken) == "café"
    assert legible("café") == "café"
    assert legible("two\nlines\x85") == "two\\nlines\\x85"
    assert same("cafe\u0301") == "café"
