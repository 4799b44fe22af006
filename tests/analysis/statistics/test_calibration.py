from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit, ndtr
from scipy.stats import foldnorm

from suite.analysis.statistics.calibration import _folded, gaps, reliability
from suite.tasks.classification import expected_calibration_error


def drawn(
    rng: np.random.Generator, seeds: int, images: int, sharp: float, spread: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Confidences and hits of runs whose log odds are `sharp` times the true ones; seeds differ by `spread`."""
    odds = 1.2 + rng.normal(size=images) + 0.5 * rng.normal(size=(seeds, images))
    factor = sharp * np.exp(spread * rng.normal(size=(seeds, 1)))
    return expit(factor * odds), rng.uniform(size=(seeds, images)) < expit(odds)


def test_by_hand() -> None:
    # Two bins of two: 0.6 and 0.8 with one hit, 0.2 and 0.4 with two.
    confidence, hits = np.array([[0.6, 0.8, 0.2, 0.4]]), np.array([[1, 0, 1, 1]])
    found = gaps(confidence, hits, bins=2)
    assert found.errors == pytest.approx([(abs(1 - 1.4) + abs(2 - 0.6)) / 4])
    low, high = reliability(confidence, hits, bins=2)
    assert (low.answers, low.confidence, low.accuracy) == (2, pytest.approx(0.3), 1.0)
    assert (high.answers, high.confidence, high.accuracy) == (2, pytest.approx(0.7), 0.5)
    assert high.low < 0.5 < high.high


def test_the_error_is_the_tasks_own() -> None:
    """200 random cases, run by run; the mean of the signed gaps is the error."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        confidence, hits = drawn(rng, int(rng.integers(1, 4)), int(rng.integers(1, 80)), rng.uniform(0.5, 2))
        found = gaps(confidence, hits)
        own = [expected_calibration_error(sure, right) for sure, right in zip(confidence, hits, strict=True)]
        assert found.errors == pytest.approx(own)
        interval = found.interval()
        assert interval.mean == pytest.approx(np.mean(own))
        assert 0 <= interval.low <= interval.mean <= interval.high <= 1


def test_bins_hold_their_upper_end() -> None:
    assert [one.answers for one in reliability(np.array([[1 / 3, 2 / 3, 1.0]]), np.ones((1, 3)), bins=3)] == [1, 1, 1]


def test_noise_is_the_folded_normals() -> None:
    for size in (0.0, 0.3, 2.0, 9.0):
        assert _folded(size, 0.7) == pytest.approx(foldnorm.mean(size / 0.7, scale=0.7) - size, abs=1e-9)
    assert _folded(1.0, 0.0) == 0.0
    assert ndtr(0) == 0.5
    assert not math.isnan(_folded(0.0, 1.0))


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="are \\(seeds, images\\) tables"):
        gaps(np.ones(3), np.ones(3))


@pytest.mark.slow
@pytest.mark.parametrize(("sharp", "seeds"), [(1.0, 1), (1.0, 3), (1.3, 3), (2.0, 1), (2.0, 3), (2.0, 5)])
def test_coverage(sharp: float, seeds: int) -> None:
    """Of the error that runs have in the mean, on so many images that noise is none; 500 studies: 1 point.

    One seed cannot know how far seeds spread: there they do not.
    """
    rng, studies, held = np.random.default_rng([2, seeds]), 500, 0
    spread = 0.1 if seeds > 1 else 0.0
    truth = float(gaps(*drawn(rng, 20, 100_000, sharp, spread)).errors.mean())
    for _ in range(studies):
        interval = gaps(*drawn(rng, seeds, 2000, sharp, spread)).interval()
        held += interval.low <= truth <= interval.high
    print(f"coverage of a calibration error {truth:.4f}, {seeds} seeds: {held / studies:.3f}")
    assert held / studies >= 0.92
