"""The constant schedule."""

from __future__ import annotations

from suite.training.rate import Rate
from suite.training.recipe import Recipe


def test_the_rate_is_the_peak_to_the_end() -> None:
    recipe = Recipe(schedule="constant", learning_rate=0.25)
    rate = Rate(recipe)
    rate.set(recipe, 10)
    assert {float(rate(step)) for step in range(10)} == {0.25}
