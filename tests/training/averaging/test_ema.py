"""The exponential moving average against its recursion in numpy, in a network with moving statistics and dropout."""

from __future__ import annotations

import numpy as np
import pytest

from suite.training.recipe import Recipe
from tests.training.averaging.by_hand import trained


@pytest.mark.parametrize("decay", [0.3, 0.9])
def test_equals_its_recursion_after_every_step(decay: float) -> None:
    """The decay rises to 0.5 and more within ten steps: 0.3 is reached, 0.9 is not."""
    expected: list[np.ndarray] = []
    for number, (weights, average) in enumerate(trained(Recipe(learning_rate=0.5, ema=decay))):
        kept = min(decay, (1 + number) / (10 + number))
        if not expected:
            expected = weights
        expected = [kept * before + (1 - kept) * now for before, now in zip(expected, weights, strict=True)]
        for one, other in zip(average, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert not np.allclose(expected[-2], weights[-2], atol=1e-4)


def test_is_another_run_only_where_it_is_on_and_its_decay_is_a_variable() -> None:
    assert "ema" not in Recipe(ema=0).identity()
    assert Recipe(ema=0) == Recipe()
    assert Recipe(ema=0.9).structure() == Recipe(ema=0.99).structure() != Recipe().structure()
