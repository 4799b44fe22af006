"""An axis on a part of the recipe lets the part's own numbers differ."""

from __future__ import annotations

import pytest

from suite.config.axes import with_numbers
from suite.core.axes import FEEDING
from suite.training.recipe import parts
from suite.training.recipe.part import SWITCHED


@pytest.mark.parametrize(
    ("axis", "some", "none"),
    [
        ("recipe.loss", {"gamma", "beta", "alpha", "temperature", "label_smoothing"}, {"learning_rate", "cycles"}),
        ("recipe.optimizer", {"learning_rate", "weight_decay", "momentum", "nesterov"}, {"gamma", "ema", "warmup"}),
        ("recipe.schedule", {"cycles", "stretch", "milestones", "rise"}, {"learning_rate", "warmup", "epochs"}),
        ("recipe.cutmix", {"cutmix_probability"}, {"cutmix", "mixup"}),
        ("teacher", {"alpha", "label_smoothing"}, {"loss", "teacher"}),
    ],
)
def test_numbers_of_the_parts_that_an_axis_names(axis: str, some: set[str], none: set[str]) -> None:
    found = {name.removeprefix("recipe.") for name in with_numbers([axis])}
    assert some <= found
    assert not found & none


@pytest.mark.parametrize("axis", ["recipe", "recipe.gamma", "recipe.ema", "recipe.epochs", "architecture", "weights"])
def test_other_axes_have_no_numbers_of_their_own(axis: str) -> None:
    assert with_numbers([axis]) == ()


def test_no_part_brings_along_what_costs_or_feeds_a_candidate() -> None:
    switches = [f"recipe.{part.switch}" for kind in SWITCHED for part in parts(kind).values()]
    axes = ["recipe.optimizer", "recipe.loss", "recipe.schedule", *switches]
    assert not FEEDING & {*with_numbers(axes)}
