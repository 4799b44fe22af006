from __future__ import annotations

import itertools

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import DataSpec
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.splits import divide, held_out, stratified_order

NAMES = ("a", "b", "c", "d")
LABELS = np.repeat(np.arange(4, dtype=np.int32), [400, 200, 100, 20])


def parts(*counts: int) -> np.ndarray:
    return np.repeat(np.array([TRAIN, VALIDATION, TEST], np.uint8), counts)


def test_every_beginning_of_the_order_is_stratified() -> None:
    order = stratified_order(LABELS, 5)
    assert sorted(order) == list(range(len(LABELS)))
    seen = np.cumsum(np.eye(4)[LABELS[order]], axis=0)
    shares = np.outer(np.arange(1, len(LABELS) + 1) / len(LABELS), [400, 200, 100, 20])
    assert np.abs(seen - shares).max() < 4
    assert (seen[3] == 1).all(), "as many images as classes: one of each"


def test_balanced_classes_stay_balanced_to_one_image() -> None:
    order = stratified_order(np.tile(np.arange(10, dtype=np.int32), 50), 1)
    for count in (10, 37, 100, 455):
        counts = np.bincount(order[:count] % 10, minlength=10)
        assert counts.max() - counts.min() <= 1, count


def test_the_order_is_fixed_by_the_seed_alone() -> None:
    assert stratified_order(LABELS, 1)[:6].tolist() == [407, 379, 668, 714, 45, 579], (
        "must never change: results depend on it"
    )
    assert stratified_order(LABELS, 1).tolist() != stratified_order(LABELS, 2).tolist()


def test_holding_out_takes_an_image_of_each_class_and_leaves_one() -> None:
    labels = np.array([0] * 50 + [1, 1], np.int32)
    kept, out = held_out(labels, 0.1, 0)
    assert sorted(np.concatenate([kept, out])) == list(range(52))
    assert np.bincount(labels[kept]).tolist() == [46, 1]
    assert np.bincount(labels[out]).tolist() == [4, 1]


@pytest.mark.parametrize("own_validation", [False, True])
def test_parts_are_disjoint_and_keep_to_the_publishers_division(own_validation: bool) -> None:
    labels = np.tile(np.arange(4, dtype=np.int32), 100)
    part = parts(200, 100, 100) if own_validation else parts(300, 0, 100)
    train, validation, test, notes = divide(labels, part, NAMES, DataSpec("x", validation_fraction=0.2))
    for one, other in itertools.combinations((train, validation, test), 2):
        assert not np.intersect1d(one, other).size
    assert set(test) == set(np.flatnonzero(part == TEST))
    assert len(train) == (200 if own_validation else 240)
    assert set(part[validation]) == ({VALIDATION} if own_validation else {TRAIN})
    assert all(indices.dtype == np.int64 for indices in (train, validation, test))
    assert notes == ()


def test_smaller_subsets_begin_larger_ones() -> None:
    part = np.where(np.arange(len(LABELS)) % 4 == 0, TEST, TRAIN).astype(np.uint8)

    def divided(count: int | None) -> list[list[int]]:
        spec = DataSpec("x", split_seed=4, train_examples=count, validation_examples=count, test_examples=count)
        return [indices.tolist() for indices in divide(LABELS, part, NAMES, spec)[:3]]

    for small, middle, whole in zip(divided(8), divided(20), divided(None), strict=True):
        assert len(small) == 8
        assert small == middle[:8]
        assert middle == whole[:20]


def test_a_rare_class_is_in_every_training_part_however_small() -> None:
    labels = np.repeat(np.arange(4, dtype=np.int32), [2000, 1000, 1000, 4])
    part, names = np.full(len(labels), TRAIN, np.uint8), ("a", "b", "c", "d")
    part[::10] = TEST  # every class has test images, the rare one too
    found = [
        divide(labels, part, names, DataSpec("x", train_examples=count, validation_fraction=0.1))[0]
        for count in (4, 40, 400)
    ]
    for train in found:
        assert set(labels[train]) == {0, 1, 2, 3}
    assert found[0].tolist() == found[1][:4].tolist() == found[2][:4].tolist()


def test_the_test_set_does_not_depend_on_the_split_seed_but_validation_does() -> None:
    labels = np.tile(np.arange(4, dtype=np.int32), 100)

    def of(seed: int) -> list[list[int]]:
        spec = DataSpec("x", split_seed=seed, test_examples=40)
        return [indices.tolist() for indices in divide(labels, parts(300, 0, 100), NAMES, spec)[:3]]

    assert of(0)[2] == of(1)[2]
    assert set(of(0)[1]) != set(of(1)[1])


def test_asking_for_more_than_there_is_takes_all_and_says_so() -> None:
    spec = DataSpec("x", train_examples=10_000)
    train, _, _, notes = divide(np.tile(np.arange(4, dtype=np.int32), 100), parts(300, 0, 100), NAMES, spec)
    assert len(train) == 270
    assert notes == ("train: all 270 images are used; study and budget allow 10,000",)


def test_fewer_images_than_classes_are_refused() -> None:
    with pytest.raises(Refusal, match=r"data.test_examples=3: x has 4 classes"):
        divide(np.tile(np.arange(4, dtype=np.int32), 100), parts(300, 0, 100), NAMES, DataSpec("x", test_examples=3))


def test_a_class_that_cannot_be_divided_is_refused_by_name() -> None:
    labels = np.array([0] * 20 + [1] + [0, 1], np.int32)
    with pytest.raises(Refusal, match=r"at least 2 are needed\): b \(1\)"):
        divide(labels, parts(21, 0, 2), ("a", "b"), DataSpec("x"))


def test_a_validation_fraction_that_leaves_no_training_image_is_refused() -> None:
    labels = np.array([0] * 40 + [1] * 2 + [0, 1], np.int32)
    with pytest.raises(Refusal, match=r"data.validation_fraction=0.9 leaves no training image of 'b'"):
        divide(labels, parts(42, 0, 2), ("a", "b"), DataSpec("x", validation_fraction=0.9))
