"""The exponential fall: its ends, and the same ratio from step to step."""

from __future__ import annotations

import pytest

from suite.training.rate import Rate
from suite.training.recipe import Recipe


@pytest.mark.parametrize(("warmup", "start"), [(0.0, 0), (0.2, 8)])
def test_falls_by_the_same_ratio_at_every_step_from_the_peak_to_the_last(warmup: float, start: int) -> None:
    recipe = Recipe(schedule="exponential", learning_rate=0.4, last=0.05, warmup=warmup)
    rate = Rate(recipe)
    rate.set(recipe, 40)
    found = [float(rate(step)) for step in range(41)]
    assert (found[start], found[40]) == pytest.approx((0.4, 0.02))
    ratios = [after / before for before, after in zip(found[start:], found[start + 1 :], strict=False)]
    assert ratios == pytest.approx([0.05 ** (1 / (40 - start))] * (40 - start), rel=1e-4)


def test_where_it_ends_is_no_structure() -> None:
    assert Recipe(schedule="exponential", last=0.1).structure() == Recipe(schedule="exponential").structure()
