from __future__ import annotations

import numpy as np
import pytest

from suite.data.targets import Targets

BOXES = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_labels_become_the_type_that_everyone_expects() -> None:
    targets = Targets.of_labels([2, 0, 1])
    assert targets.labels.dtype == np.int32
    assert len(targets) == 3
    assert list(targets.other_bytes()) == []


def test_all_arrays_are_subset_alike() -> None:
    some = Targets({"label": np.array([2, 0, 1], np.int32), "boxes": BOXES}).take(np.array([2, 0]))
    assert some.labels.tolist() == [1, 2]
    np.testing.assert_array_equal(some.arrays["boxes"], BOXES[[2, 0]])


def test_targets_that_do_not_belong_together_are_a_bug() -> None:
    with pytest.raises(AssertionError, match="differ in length"):
        Targets({"label": np.array([1, 2], np.int32), "boxes": BOXES})
    with pytest.raises(AssertionError, match="no labels"):
        Targets({"boxes": BOXES})
