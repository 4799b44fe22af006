from __future__ import annotations

import itertools

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.groups import dealt, groups_of

FILES = [f"{name}/patient{number}/{k}.png" for name in ("ill", "well") for number in (1, 2, 3) for k in range(2)]


@pytest.mark.parametrize("rule", ["parent", r"(patient\d+)", r"^[^/]+/([^/]+)/", "patient([0-9])"])
def test_subjects_are_found_in_the_path_whatever_their_class(rule: str) -> None:
    groups, names = groups_of(FILES, rule)
    assert [name.removeprefix("patient") for name in names] == ["1", "2", "3"]
    assert groups.tolist() == [0, 0, 1, 1, 2, 2] * 2


def test_a_pattern_that_finds_nothing_or_one_group_alone_is_refused() -> None:
    with pytest.raises(Refusal, match=r"finds no group in 12 of 12 paths: ill/patient1/0.png, .* and 7 more"):
        groups_of(FILES, r"subject(\d)")
    with pytest.raises(Refusal, match=r"finds no group in 8 of 12 paths"):
        groups_of(FILES, r"patient(1)|x")
    with pytest.raises(Refusal, match=r"all 12 pictures are of one group, 'patient'"):
        groups_of(FILES, r"(patient)")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("shares", [(0.8, 0.2), (0.9, 0.1), (0.2,) * 5])
def test_no_group_is_on_two_sides_and_each_class_is_on_each(seed: int, shares: tuple[float, ...]) -> None:
    """Subjects of one class or several, of very different sizes; each class has as many groups as there are sides."""
    random = np.random.default_rng(seed)
    classes, number = int(random.integers(2, 7)), int(random.integers(4, 12))
    labels, groups = [], []
    for label in range(classes):
        for group in range(number * label, number * (label + 1)):
            size = int(random.geometric(0.1))
            labels += [label] * size
            groups += [group] * size
            if random.random() < 0.3:  # pictures of another class too
                labels += [int(random.integers(classes))] * size
                groups += [group] * size
    label, group = np.array(labels, np.int32), np.array(groups, np.int64)
    sides = dealt(label, group, shares, seed)
    for one in np.unique(group):
        assert len(set(sides[group == one])) == 1
    present = {(int(side), int(own)) for side, own in zip(sides, label, strict=True)}
    if number >= len(shares):
        assert present == set(itertools.product(range(len(shares)), range(classes)))
    np.testing.assert_array_equal(sides, dealt(label, group, shares, seed))


@pytest.mark.parametrize("seed", range(20))
def test_where_one_division_has_each_class_on_both_sides_it_is_found(seed: int) -> None:
    """Against every division of seven groups, each with pictures of one class or more."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, 9, (7, 3)) * (random.random((7, 3)) < 0.4)
    counts[counts.sum(axis=1) == 0, 0] = 2
    counts = counts[:, counts.sum(axis=0) > 0]
    group, label = (np.repeat(axis, counts.ravel()) for axis in np.indices(counts.shape).reshape(2, -1))
    possible = any(
        (counts[list(side)].sum(axis=0) > 0).all() and (np.delete(counts, side, axis=0).sum(axis=0) > 0).all()
        for size in range(1, 7)
        for side in itertools.combinations(range(7), size)
    )
    sides = dealt(label.astype(np.int32), group, (0.8, 0.2), seed)
    everywhere = all(len(np.unique(label[sides == side])) == counts.shape[1] for side in (0, 1))
    assert everywhere == possible
    assert len(np.unique(label[sides == 0])) == counts.shape[1], "a class that is on one side alone is trained on"


def test_many_equal_groups_are_stratified() -> None:
    group = np.repeat(np.arange(400), 5)
    label = (group % 4).astype(np.int32)
    sides = dealt(label, group, (0.8, 0.2), 0)
    np.testing.assert_array_equal(np.bincount(label[sides == 1]), [100] * 4)
    other = dealt(label, group, (0.8, 0.2), 1)
    assert (sides != other).any(), "the seed chooses among equal ones"


def test_ten_thousand_groups_take_little_time() -> None:
    group = np.arange(20_000) // 2
    label = (group % 100).astype(np.int32)
    sides = dealt(label, group, (0.8, 0.2), 0)
    assert np.bincount(label[sides == 1]).tolist() == [40] * 100
