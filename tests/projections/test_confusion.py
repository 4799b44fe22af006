"""The confusion matrix: counts, and what is made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from suite.tasks import confusion


def test_true_classes_are_rows_and_predicted_ones_columns() -> None:
    labels = np.array([0, 0, 1, 2])
    counts = confusion.count(labels, [np.array([0, 1, 1, 0]), np.array([0, 0, 1, 0])], 3)
    assert counts.tolist() == [[3, 1, 0], [0, 2, 0], [2, 0, 0]]


def test_a_runs_predictions_make_its_matrix(tmp_path: Path) -> None:
    np.savez(tmp_path / "predictions.npz", label=np.array([0, 1, 1], np.uint8), predicted=np.array([0, 2, 1], np.uint8))
    counts = confusion.of_run(tmp_path / "predictions.npz")
    assert confusion.as_csv(counts) == "1,0,0\n0,1,1\n0,0,0\n"


def test_the_picture_is_darkest_where_a_row_has_all_its_images() -> None:
    picture = confusion.as_picture(np.array([[4, 0], [1, 1]]))
    assert picture.shape == (480, 480)
    assert picture[0, 0] == 0
    assert picture[0, 479] == 255
    assert 0 < picture[479, 0] < 255
