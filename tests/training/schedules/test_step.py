"""Falls at milestones."""

from __future__ import annotations

import pytest

from suite.core.refusals import Refusal
from suite.training.rate import Rate
from suite.training.recipe import Recipe


def test_falls_at_the_step_at_which_a_milestone_is_reached() -> None:
    recipe = Recipe(schedule="step", learning_rate=1.0, milestones=(0.5, 0.75), decay=0.1)
    rate = Rate(recipe)
    rate.set(recipe, 8)
    assert [float(rate(step)) for step in range(8)] == pytest.approx([1.0] * 4 + [0.1] * 2 + [0.01] * 2)


def test_the_number_of_milestones_is_the_graphs_and_their_places_are_not() -> None:
    two, others = (Recipe(schedule="step", milestones=found) for found in ((0.5, 0.75), (0.3, 0.6)))
    assert two.structure() == others.structure() != Recipe(schedule="step", milestones=(0.5,)).structure()


def test_is_nothing_without_milestones() -> None:
    with pytest.raises(Refusal, match=r"recipe\.schedule=step needs recipe\.milestones"):
        Recipe(schedule="step")
