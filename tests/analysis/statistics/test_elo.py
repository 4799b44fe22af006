from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from suite.analysis.statistics.elo import elo, ratings, wins


def test_wins_by_hand() -> None:
    won = wins(np.array([[0.9, 0.5], [0.8, 0.5], [0.1, 0.6]]))
    assert won == pytest.approx(np.array([[0, 1.5, 1], [0.5, 0, 1], [1, 1, 0]]))


def test_two_have_the_logarithm_of_their_odds() -> None:
    # three of four meetings: odds of three to one
    found = ratings(np.array([[0.0, 3.0], [1.0, 0.0]]))
    assert found is not None
    assert found[0] - found[1] == pytest.approx(400 * math.log10(3))
    assert found.mean() == pytest.approx(1000)


def test_ratings_maximise_the_likelihood() -> None:
    """200 random cases against scipy's general optimizer."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        count = int(rng.integers(2, 7))
        won = wins(rng.normal(size=(count, 9)) + 0.4 * rng.normal(size=(count, 1)))
        found = ratings(won)
        if found is None:
            continue

        def loss(t: np.ndarray, won: np.ndarray = won) -> float:
            return float((won * np.log1p(np.exp(t[None, :] - t[:, None]))).sum())

        theirs = minimize(loss, np.zeros(count), method="BFGS", options={"gtol": 1e-8}).x
        assert found == pytest.approx(1000 + 400 / math.log(10) * (theirs - theirs.mean()), abs=0.05)


def test_who_wins_all_has_no_rating() -> None:
    assert ratings(wins(np.array([[0.9, 0.9], [0.8, 0.7], [0.8, 0.8]]))) is None
    assert elo({"a": np.array([[0.9, 0.9]]), "b": np.array([[0.8, 0.8]])}) is None


def test_the_interval_is_of_the_tasks() -> None:
    rng = np.random.default_rng(2)
    tables = {name: rng.normal(mean, 0.1, size=(3, 40)) for name, mean in (("a", 0.72), ("b", 0.7), ("c", 0.68))}
    found = elo(tables)
    assert found is not None
    for one in found.values():
        assert one.low < one.value < one.high < 1400
    assert elo(tables) == found
    few = elo({"a": np.array([[0.9, 0.9, 0.7]]), "b": np.array([[0.8, 0.8, 0.8]])})
    assert few is not None
    assert (few["a"].high, few["b"].low) == (math.inf, -math.inf)
