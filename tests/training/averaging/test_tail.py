"""The tail average against the plain mean of the weights that were kept after each step."""

from __future__ import annotations

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.training.recipe import Recipe
from tests.training.averaging.by_hand import STEPS, trained


@pytest.mark.parametrize(("tail", "count"), [(0.3, 3), (1.0, 10), (0.01, 1)])
def test_is_the_mean_over_the_last_steps_and_before_them_the_weights(tail: float, count: int) -> None:
    seen = []
    for number, (weights, average) in enumerate(trained(Recipe(learning_rate=0.5, tail=tail))):
        seen.append(weights)
        first = min(number, STEPS - count + 1)
        for one, others in zip(average, zip(*seen[first:], strict=True), strict=True):
            np.testing.assert_allclose(one, np.mean(others, axis=0), rtol=1e-4, atol=1e-6)


def test_a_run_has_one_average() -> None:
    with pytest.raises(Refusal, match=r"recipe.tail=0.2 and recipe.ema=0.9: a run has one average"):
        Recipe(tail=0.2, ema=0.9)
