"""Channel statistics, exact and in pieces, and the round trip to disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.durable import read_json
from suite.data.fit import Fit
from suite.training import preprocessing
from suite.training.preprocessing import Preprocessing, measure_preprocessing


def test_statistics_equal_numpys_over_the_index_only(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(0).integers(0, 256, (50, 4, 5, 3), dtype=np.uint8)
    index = np.array([7, 3, 40, 41, 12])
    monkeypatch.setattr(preprocessing, "_CHUNK_BYTES", 2 * 4 * 5 * 3)  # two images at a time
    measured = measure_preprocessing(images, index, ("a", "b"))
    chosen = images[index] / 255
    np.testing.assert_allclose(measured.mean, chosen.mean(axis=(0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(measured.std, chosen.std(axis=(0, 1, 2)), rtol=1e-12)
    applied = measured.apply(images[index])
    np.testing.assert_allclose(applied.mean(axis=(0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(applied.std(axis=(0, 1, 2)), 1, atol=1e-6)


def test_a_channel_that_never_changes_becomes_zero() -> None:
    measured = measure_preprocessing(np.full((3, 2, 2, 1), 200, np.uint8), np.arange(3), ("a",))
    assert measured.std == (1.0,)
    np.testing.assert_allclose(measured.apply(np.full((1, 2, 2, 1), 200, np.uint8)), 0, atol=1e-6)


def test_round_trip(tmp_path: Path) -> None:
    mine = Preprocessing((0.1, 0.2, 0.3), (0.5, 0.6, 0.7), (4, 5, 3), ("cat", "dog"))
    mine.save(tmp_path)
    assert Preprocessing.load(tmp_path) == mine, "as runs left it before they recorded how pictures are fitted"
    fitted = mine.fitted(Fit("pad", 28, 32))
    fitted.save(tmp_path)
    assert Preprocessing.load(tmp_path) == fitted
    assert read_json(tmp_path / preprocessing.PREPROCESSING)["from"] == [28, 28]
