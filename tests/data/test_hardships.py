"""Imbalance and label noise: by their formulas, in training images alone, and nothing where they are off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import DataSpec, load
from suite.data.hardships import harder, imbalanced, noisy
from suite.data.targets import Targets

LABELS = np.tile(np.arange(10, dtype="int32"), 500)


def test_classes_follow_the_exponential_profile_of_cifar_lt() -> None:
    """Numbers of the paper's code for CIFAR-10 with 5,000 images a class at 100 to 1, here a tenth of them."""
    kept = imbalanced(LABELS, 10, 0.01)
    assert np.bincount(LABELS[kept]).tolist() == [500, 299, 179, 107, 64, 38, 23, 13, 8, 5]
    assert np.bincount(LABELS[imbalanced(LABELS, 10, 0.0001)]).min() == 1


def test_a_smaller_factor_keeps_images_of_a_larger_one() -> None:
    assert set(imbalanced(LABELS, 10, 0.01)) < set(imbalanced(LABELS, 10, 0.1))


def test_so_many_labels_become_another_class_drawn_evenly() -> None:
    train = np.arange(0, 5000, 2)
    changed, wrong = noisy(LABELS, train, 10, 0.2, seed=0)
    differ = np.flatnonzero(changed != LABELS)
    assert wrong == len(differ) == 500
    assert set(differ) <= set(train)
    steps = np.bincount((changed[differ] - LABELS[differ]) % 10, minlength=10)
    assert steps[0] == 0
    assert (steps[1:] > 30).all(), "about 56 each"
    np.testing.assert_array_equal(changed, noisy(LABELS, train, 10, 0.2, seed=0)[0])
    assert not np.array_equal(changed, noisy(LABELS, train, 10, 0.2, seed=1)[0])


def test_nothing_is_touched_where_both_are_off() -> None:
    train, targets = np.arange(9), Targets.of_labels(LABELS)
    assert harder(train, targets, 10, DataSpec("digits")) == (train, targets, ())


def test_validation_and_test_stay_as_they_are(tmp_path: Path) -> None:
    plain = load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path)
    hard = load(DataSpec("digits", imbalance=0.1, label_noise=0.3), data_dir=None, cache_dir=tmp_path)
    assert (hard.hash, hard.test_hash) == (plain.hash, plain.test_hash)
    for part in ("validation", "test"):
        where = getattr(plain, part)
        np.testing.assert_array_equal(getattr(hard, part), where)
        np.testing.assert_array_equal(hard.labels[where], plain.labels[where])
    counts = np.bincount(plain.labels[hard.train])
    assert counts[0] > 5 * counts[-1]
    assert set(hard.train) < set(plain.train)
    wrong = np.sum(hard.labels[hard.train] != plain.labels[hard.train])
    assert wrong == round(0.3 * len(hard.train))
    assert [note for note in hard.notes if note not in plain.notes] == [
        f"train: {len(hard.train)} of {len(plain.train)} images, from {counts[0]} to {counts[-1]} of a class",
        f"train: {wrong} of {len(hard.train)} labels are wrong on purpose",
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [("imbalance", 0), ("imbalance", 1.5), ("imbalance", True), ("label_noise", 1), ("label_noise", -0.1)],
)
def test_what_no_set_can_be_is_refused_by_name(key: str, value: float) -> None:
    with pytest.raises(Refusal, match=f"data.{key}="):
        DataSpec("digits", **{key: value})


def test_a_run_without_them_is_the_run_that_it_was_before_they_existed() -> None:
    from suite.training.spec import canonical

    assert canonical({"data": DataSpec("digits").as_mapping()})["data"] == {"name": "digits"}
    assert canonical({"data": DataSpec("digits", imbalance=0.1).as_mapping()})["data"]["imbalance"] == 0.1
