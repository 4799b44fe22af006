from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from suite.analysis.statistics.aggregate import (
    bootstrap,
    interquartile_mean,
    probability_of_improvement,
    win_rates,
)


def test_the_middle_half_by_hand() -> None:
    assert interquartile_mean(np.array([[0.0, 1.0, 2.0, 9.0]])) == pytest.approx(1.5)
    assert interquartile_mean(np.arange(8.0).reshape(2, 4)) == pytest.approx((2 + 3 + 4 + 5) / 4)


def test_the_middle_half_of_random_scores() -> None:
    """200 random cases against sorting: a quarter, rounded down, is cut off at either end."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        scores = rng.normal(size=(int(rng.integers(1, 6)), int(rng.integers(1, 6))))
        cut = scores.size // 4
        assert interquartile_mean(scores) == pytest.approx(np.sort(scores.ravel())[cut : scores.size - cut].mean())


def test_the_probability_of_improvement_is_mann_whitneys() -> None:
    """200 random cases, with ties, task by task against scipy."""
    rng = np.random.default_rng(2)
    for _ in range(200):
        tasks = int(rng.integers(1, 5))
        first, second = (rng.integers(0, 5, size=(int(rng.integers(1, 6)), tasks)) / 4 for _ in range(2))
        counted = [
            mannwhitneyu(first[:, task], second[:, task]).statistic / (len(first) * len(second))
            for task in range(tasks)
        ]
        assert probability_of_improvement(first, second) == pytest.approx(np.mean(counted))


def test_win_rates_by_hand() -> None:
    tables = {"a": np.array([[0.9, 0.5]]), "b": np.array([[0.8, 0.5]]), "c": np.array([[0.1, 0.6]])}
    # a beats b and c, then ties b and loses to c; b loses and wins, ties and loses; c loses twice, wins twice
    assert win_rates(tables) == pytest.approx({"a": 2.5 / 4, "b": 1.5 / 4, "c": 2 / 4})
    assert sum(win_rates(tables).values()) == pytest.approx(3 / 2)


def test_intervals_are_of_the_runs_and_the_same_each_time() -> None:
    rng = np.random.default_rng(3)
    tables = {"a": rng.normal(0.7, 0.02, size=(10, 4)), "b": rng.normal(0.7, 0.02, size=(10, 4))}

    def means(drawn: dict[str, np.ndarray]) -> dict[str, float]:
        return {name: float(table.mean()) for name, table in drawn.items()}

    found = bootstrap(tables, means)
    for name, table in tables.items():
        error = np.sqrt((table.var(axis=0) / 10).sum()) / 4  # of a mean of four means of ten
        assert found[name].high - found[name].low == pytest.approx(2 * 1.96 * error, rel=0.08)
        assert found[name].low < found[name].value < found[name].high
    assert bootstrap(tables, means) == found
    single = bootstrap({"a": np.array([[0.2, 0.4]])}, means)["a"]
    assert (single.low, single.value, single.high) == pytest.approx((0.3, 0.3, 0.3))


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"a": np.ones((2, 3)), "b": np.ones((2, 2))}, "of one shape"),
        ({"a": np.ones((2, 2)), "b": np.array([[1.0, np.nan], [1.0, 1.0]])}, "a score is missing: b"),
        ({}, "of one shape"),
    ],
)
def test_a_table_with_a_hole_is_refused(tables: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bootstrap(tables, win_rates)
