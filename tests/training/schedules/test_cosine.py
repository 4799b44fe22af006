"""Half a cosine, against what the paper says of its shape."""

from __future__ import annotations

import pytest

from suite.training.rate import Rate
from suite.training.recipe import Recipe


def rates(total: int, **values: float) -> list[float]:
    recipe = Recipe(schedule="cosine", learning_rate=0.4, **values)
    rate = Rate(recipe)
    rate.set(recipe, total)
    return [float(rate(step)) for step in range(total + 1)]


def test_falls_from_the_peak_over_its_half_in_the_middle_to_zero() -> None:
    found = rates(40)
    assert (found[0], found[20]) == pytest.approx((0.4, 0.2))
    assert found[40] == pytest.approx(0.0, abs=1e-8)
    assert found == sorted(found, reverse=True)


def test_a_training_that_is_all_warm_up_has_no_part_that_is_not_finite() -> None:
    assert rates(10, warmup=1.0)[:10] == pytest.approx([0.04 * step for step in range(1, 11)])
