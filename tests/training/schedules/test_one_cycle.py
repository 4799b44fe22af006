"""One cycle against its formula in plain Python, and against what the paper says of its shape."""

from __future__ import annotations

import math

import pytest

from suite.core.refusals import Refusal
from suite.training.rate import Rate
from suite.training.recipe import Recipe

TOTAL = 101


def rates(**values: float) -> list[float]:
    recipe = Recipe(schedule="one_cycle", learning_rate=0.4, **values)
    rate = Rate(recipe)
    rate.set(recipe, TOTAL)
    return [float(rate(step)) for step in range(TOTAL)]


def test_equals_its_formula_at_every_step() -> None:
    for step, rate in enumerate(rates(rise=0.2, rise_from=10)):
        share = step / 100
        if share < 0.2:
            expected = 0.04 + 0.36 * (1 - math.cos(math.pi * share / 0.2)) / 2
        else:
            expected = 4e-6 + (0.4 - 4e-6) * (1 + math.cos(math.pi * (share - 0.2) / 0.8)) / 2
        assert rate == pytest.approx(expected, rel=2e-4, abs=1e-7)


def test_rises_once_and_falls_once_and_has_its_peak_where_it_is_asked_for() -> None:
    found = rates()
    peak = found.index(max(found))
    assert peak == 30
    assert found[peak] == pytest.approx(0.4)
    assert found[:31] == sorted(found[:31])
    assert found[30:] == sorted(found[30:], reverse=True)
    assert (found[0], found[-1]) == pytest.approx((0.016, 1.6e-6), rel=1e-3)


def test_comes_after_a_warm_up() -> None:
    found = rates(warmup=0.1)
    assert found[0] == pytest.approx(0.016 / 10.1)
    peak = found.index(max(found))
    assert peak > 30
    assert found[: peak + 1] == sorted(found[: peak + 1]), "it rises once, the warm-up included"
    assert max(found) == pytest.approx(0.4, rel=1e-3)


def test_its_numbers_are_variables_and_have_a_range() -> None:
    assert Recipe(schedule="one_cycle", rise=0.1).structure() == Recipe(schedule="one_cycle").structure()
    with pytest.raises(Refusal, match=r"recipe.rise=1: expected between 0.001 and 0.999"):
        Recipe(schedule="one_cycle", rise=1)
    with pytest.raises(Refusal, match=r"recipe.rise=0.1 needs recipe.schedule=one_cycle"):
        Recipe(schedule="cosine", rise=0.1)
