from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from suite.analysis.statistics.looks import levels, spent


@pytest.mark.parametrize(
    ("looks", "bounds"), [(2, [2.157, 2.201]), (5, [2.438, 2.427, 2.410, 2.397, 2.386])]
)  # Lan & DeMets' boundaries of Pocock's type at equal steps, two-sided 5%, as tables and ldbounds give them
def test_bounds_are_those_of_the_tables(looks: int, bounds: list[float]) -> None:
    found = [norm.ppf(0.5 + level / 2) for level in levels(1, looks).values()]
    assert found == pytest.approx(bounds, abs=2e-3)


def test_a_walk_without_drift_crosses_them_in_five_of_a_hundred_cases() -> None:
    """And 95% at each of eight looks in fifteen."""
    steps = np.random.default_rng(0).standard_normal((100_000, 10))
    z = np.abs(steps.cumsum(axis=1)[:, 2:] / np.sqrt(np.arange(3, 11)))
    asked = norm.ppf(0.5 + np.array(list(levels(3, 10).values())) / 2)
    assert (z > asked).any(axis=1).mean() == pytest.approx(0.05, abs=0.003)
    assert (z > 1.96).any(axis=1).mean() == pytest.approx(0.15, abs=0.005)


def test_all_is_spent_at_last_and_one_look_at_the_end_is_one_comparison() -> None:
    assert spent(0) == 0
    assert spent(1) == pytest.approx(0.05)
    assert levels(10, 10)[10] == pytest.approx(0.95)
    assert levels(3, 10, 0.01)[3] > levels(3, 10)[3]
    with pytest.raises(ValueError, match="from 5 to 4 seeds"):
        levels(5, 4)
