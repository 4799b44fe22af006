"""Warm restarts against the paper's formula in plain Python, and the cosine that one cycle is."""

from __future__ import annotations

import math
from typing import Any

import pytest

from suite.training.rate import Rate
from suite.training.recipe import Recipe


def rates(total: int, **values: Any) -> list[float]:
    recipe = Recipe(learning_rate=0.4, **values)
    rate = Rate(recipe)
    rate.set(recipe, total)
    return [float(rate(step)) for step in range(total)]


def test_equals_the_papers_formula_with_cycles_of_double_length() -> None:
    """T_0 = 10, T_mult = 2: cycles of 10, 20 and 40 steps, (1 + cos(pi T_cur / T_i)) / 2 in each."""
    expected = [0.2 * (1 + math.cos(math.pi * now / length)) for length in (10, 20, 40) for now in range(length)]
    assert rates(70, schedule="restarts", cycles=3, stretch=2.0) == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_cycles_of_equal_length_start_at_the_peak_after_a_warm_up() -> None:
    found = rates(50, schedule="restarts", cycles=4, stretch=1.0, warmup=0.2)
    assert [found[step] for step in (10, 20, 30, 40)] == pytest.approx([0.4] * 4)
    assert found[10:20] == pytest.approx(found[40:], rel=1e-4)


@pytest.mark.parametrize("total", [33, 70, 200])
def test_one_cycle_is_the_cosine(total: int) -> None:
    assert rates(total, schedule="restarts", cycles=1) == pytest.approx(rates(total, schedule="cosine"), abs=1e-6)


def test_how_many_cycles_there_are_is_structure_and_their_length_is_not() -> None:
    base = Recipe(schedule="restarts")
    assert base.structure() == Recipe(schedule="restarts", stretch=1.5).structure()
    assert base.structure() != Recipe(schedule="restarts", cycles=4).structure()
