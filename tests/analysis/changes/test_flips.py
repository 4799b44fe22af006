from __future__ import annotations

import numpy as np

from suite.analysis.changes.flips import Flips, flips, majority


def test_most_seeds_decide_and_confidence_where_they_are_as_many() -> None:
    predicted = np.array([[1, 1, 0, 2], [1, 2, 1, 0], [0, 3, 2, 1]])
    confidence = np.array([[0.1, 0.5, 0.2, 0.5], [0.1, 0.9, 0.9, 0.5], [1.0, 0.6, 0.3, 0.5]])
    assert list(majority(predicted, confidence)) == [1, 2, 1, 0], "two votes; then the surest; of equals the lowest"


def test_certain_votes_never_outweigh_one_more() -> None:
    predicted = np.array([[0], [0], [1], [1], [1]])
    assert majority(predicted, np.array([[1.0], [1.0], [0.0], [0.0], [0.0]]))[0] == 1


def test_flipped_images_are_counted_by_what_became_of_them() -> None:
    before, after, labels = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 2, 0]), np.array([0, 1, 1, 0, 1])
    assert flips(before, after, labels) == Flips(flipped=4, righted=1, wronged=1, images=5)
    assert flips(before, before, labels) == Flips(0, 0, 0, 5)
