"""The rate at every step against its formula, written a second time in plain Python."""

from __future__ import annotations

import math
from typing import Any

import pytest

from suite.training.rate import HEAD, Rate
from suite.training.recipe import Recipe, parts

TOTAL = 40
OWN: dict[str, dict[str, Any]] = {"step": {"milestones": (0.5, 0.75), "decay": 0.2}}


def expected(recipe: Recipe, step: int) -> float:
    warmup = recipe.warmup * TOTAL
    if step < warmup:
        return recipe.learning_rate * min((step + 1) / warmup, 1.0)
    if recipe.schedule == "cosine":
        return recipe.learning_rate * (1 + math.cos(math.pi * (step - warmup) / (TOTAL - warmup))) / 2
    if recipe.schedule == "step":
        return recipe.learning_rate * recipe.decay ** sum(step >= milestone * TOTAL for milestone in recipe.milestones)
    return recipe.learning_rate


@pytest.mark.parametrize("kind", ["constant", "cosine", "step"])
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.125])
def test_equals_its_formula_at_every_step(kind: str, warmup: float) -> None:
    recipe = Recipe(schedule=kind, warmup=warmup, learning_rate=0.3, **OWN.get(kind, {}))
    rate = Rate(recipe)
    rate.set(recipe, TOTAL)
    for step in range(TOTAL):
        assert float(rate(step)) == pytest.approx(expected(recipe, step), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("warmup", [0.0105, 0.015, 0.1234])
def test_a_warm_up_of_no_whole_number_of_steps_ends_at_the_peak_and_not_above_it(warmup: float) -> None:
    recipe = Recipe(schedule="constant", warmup=warmup, learning_rate=0.3)
    rate = Rate(recipe)
    rate.set(recipe, TOTAL)
    rates = [float(rate(step)) for step in range(TOTAL)]
    assert rates == sorted(rates)
    assert max(rates) == pytest.approx(0.3)


@pytest.mark.parametrize("kind", sorted(parts("schedules")))
def test_every_schedule_stays_between_zero_and_the_peak_and_takes_another_runs_numbers(kind: str) -> None:
    """The numbers are a variable of one shape: a trial of other numbers and another length is the same graph."""
    given = OWN.get(kind, {})
    first = Recipe(schedule=kind, learning_rate=0.3, warmup=0.1, **given)
    rate, fresh = Rate(first), Rate(first)
    rate.set(first, TOTAL)
    variable, shape = rate.values, rate.values.shape
    for step in range(TOTAL):
        assert 0 <= float(rate(step)) <= 0.3 * (1 + 1e-6)
    other = Recipe(schedule=kind, learning_rate=0.7, warmup=0.2, **given)
    rate.set(other, 2 * TOTAL)
    fresh.set(other, 2 * TOTAL)
    assert rate.values is variable
    assert variable.shape == shape
    assert shape[0] >= HEAD
    assert [float(rate(step)) for step in range(80)] == [float(fresh(step)) for step in range(80)]
