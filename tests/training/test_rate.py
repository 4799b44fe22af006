"""The schedule against its formula, written a second time in plain Python."""

from __future__ import annotations

import math

import pytest
from suite.training.schedule import Schedule

from suite.training.recipe import Recipe

TOTAL = 40


def expected(recipe: Recipe, step: int) -> float:
    warmup = recipe.warmup * TOTAL
    if step < warmup:
        return recipe.learning_rate * (step + 1) / warmup
    if recipe.schedule == "cosine":
        return recipe.learning_rate * (1 + math.cos(math.pi * (step - warmup) / (TOTAL - warmup))) / 2
    if recipe.schedule == "step":
        return recipe.learning_rate * recipe.decay ** sum(step >= milestone * TOTAL for milestone in recipe.milestones)
    return recipe.learning_rate


@pytest.mark.parametrize("kind", ["constant", "cosine", "step"])
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.125])
def test_equals_its_formula_at_every_step(kind: str, warmup: float) -> None:
    recipe = Recipe(schedule=kind, warmup=warmup, learning_rate=0.3, milestones=(0.5, 0.75), decay=0.2)
    schedule = Schedule(kind, 2 if kind == "step" else 0)
    schedule.set(recipe, TOTAL)
    for step in range(TOTAL):
        assert float(schedule(step)) == pytest.approx(expected(recipe, step), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("warmup", [0.0105, 0.015, 0.1234])
def test_a_warm_up_of_no_whole_number_of_steps_ends_at_the_peak_and_not_above_it(warmup: float) -> None:
    schedule = Schedule("constant", 0)
    schedule.set(Recipe(schedule="constant", warmup=warmup, learning_rate=0.3), TOTAL)
    rates = [float(schedule(step)) for step in range(TOTAL)]
    assert rates == sorted(rates)
    assert max(rates) == pytest.approx(0.3)


def test_milestones_of_a_schedule_without_steps_are_of_no_effect() -> None:
    recipe = Recipe(schedule="constant", milestones=(0.5,), learning_rate=0.3)
    schedule = Schedule("constant", 0)
    schedule.set(recipe, TOTAL)
    assert float(schedule(TOTAL - 1)) == pytest.approx(0.3)
