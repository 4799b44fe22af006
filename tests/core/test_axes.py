"""Which values may differ on purpose."""

from __future__ import annotations

import pytest

from suite.core.axes import FEEDING, GROUPS, covers, differing, on_axes


@pytest.mark.parametrize(
    ("axis", "value", "covered"),
    [
        ("recipe.learning_rate", "recipe.learning_rate", True),
        ("recipe.learning_rate", "recipe.weight_decay", False),
        ("recipe", "recipe.learning_rate", True),
        ("recipe", "recipe.epochs", False),
        ("recipe", "recipe.patience", False),
        ("recipe.epochs", "recipe.epochs", True),
        ("data", "data.split_seed", True),
        ("data", "data.train_examples", False),
        ("data", "data.images", False),
        ("data", "data.image_size", False),
        ("data.train_examples", "data.images", True),
        ("data.train_examples", "recipe.epochs", True),
        ("data.train_examples", "recipe.learning_rate", False),
        ("data", "data.imbalance", False),
        ("data", "data.label_noise", True),
        ("data.imbalance", "data.images", True),
        ("data.image_size", "data.hash", True),
        ("data.image_size", "test images", True),
        ("data", "data.source_size", False),
        ("data", "data.crop_pct", False),
        ("data.source_size", "data.hash", True),
        ("data.source_size", "data.image_size", False),
        ("data.crop_pct", "test images", True),
        ("data.split_seed", "data.hash", False),
        ("architecture", "architecture", True),
        ("architecture", "options.width", True),
        ("options", "options.width", True),
        ("options", "architecture", False),
        ("options.width", "options.depth", False),
        ("search.trials", "search.trials", True),
        ("recipe", "search.trials", False),
        ("rec", "recipe.learning_rate", False),
    ],
)
def test_a_group_covers_its_values_but_not_what_costs_or_feeds(axis: str, value: str, covered: bool) -> None:
    assert covers(axis, value) == covered


@pytest.mark.parametrize("group", GROUPS)
def test_no_group_lets_a_candidate_train_longer(group: str) -> None:
    assert not any(covers(group, value) for value in FEEDING)


def test_one_of_several_axes_is_enough() -> None:
    assert on_axes(["architecture", "recipe.epochs"], "recipe.epochs")
    assert not on_axes(["architecture"], "recipe.epochs")
    assert not on_axes([], "architecture")


def test_what_no_group_covers_is_said_beside_what_rows_differ_in() -> None:
    assert differing(["recipe.gamma", "budget"]) == "recipe.gamma, budget"
    assert differing(["recipe.loss", "teacher"]) == "recipe.loss, teacher (teacher only where `axes` says so by name)"
