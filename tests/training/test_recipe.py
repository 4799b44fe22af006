"""Recipes: round trip, refusals that name key and remedy, and the recipe files of the package."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import suite
from suite.core.refusals import Refusal
from suite.training.recipe import OPTIMIZERS, Recipe

CONF = Path(suite.__file__).parent / "config" / "conf"
RECIPES = sorted((CONF / "recipe").glob("*.yaml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_file_holds(path: Path) -> None:
    recipe = Recipe.from_mapping({**yaml.safe_load(path.read_text()), "name": path.stem})
    assert Recipe.from_mapping(recipe.as_mapping()) == recipe


@pytest.mark.parametrize("path", sorted((CONF / "search_space").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_search_space_names_numbers_of_a_recipe_within_their_range(path: Path) -> None:
    space = yaml.safe_load(path.read_text())
    assert set(space.pop("optimizers")) <= set(OPTIMIZERS)
    for key, dimension in space.items():
        for bound in (dimension["low"], dimension["high"]):
            assert getattr(Recipe().with_parameters({key: bound}), key) == bound
        assert 0 < dimension["low"] < dimension["high"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learning_rat": 1}, "'learning_rate'"),
        ({"optimizer": "sdg"}, "Did you mean 'sgd'"),
        ({"learning_rate": "fast"}, "recipe.learning_rate='fast': expected a number"),
        ({"learning_rate": 0}, "at least 1e-12"),
        ({"learning_rate": float("nan")}, "expected a number"),
        ({"batch_size": 12.5}, "expected a whole number"),
        ({"batch_size": True}, "expected a whole number"),
        ({"flip": 1}, "true or false"),
        ({"label_smoothing": 1}, "between 0 and 0.9999"),
        ({"milestones": [0.7, 0.5]}, "rising fractions"),
        ({"milestones": [0.5, 1.0]}, "rising fractions"),
        ({"milestones": 0.5}, "a list of numbers"),
        ({"schedule": "step"}, "needs recipe.milestones"),
        ({"nesterov": True, "optimizer": "adam"}, "needs recipe.optimizer=sgd"),
        ({"epochs": 0}, "at least 1"),
    ],
)
def test_refuses_what_does_not_hold_and_says_what_would(values: dict, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Recipe.from_mapping(values)
    assert words in str(refusal.value)


def test_numbers_take_the_type_of_their_field() -> None:
    recipe = Recipe.from_mapping({"epochs": 3.0, "learning_rate": 1, "milestones": [0.5], "schedule": "step"})
    assert (type(recipe.epochs), type(recipe.learning_rate), recipe.milestones) == (int, float, (0.5,))


def test_parameters_change_the_named_values_only() -> None:
    recipe = Recipe(name="a", nesterov=True)
    assert recipe.with_parameters({"learning_rate": 0.3}).as_mapping() == {**recipe.as_mapping(), "learning_rate": 0.3}
    with pytest.raises(Refusal, match="unknown value of the recipe 'rate'"):
        recipe.with_parameters({"rate": 1})


def test_the_numbers_of_a_replaced_optimizer_or_schedule_are_replaced() -> None:
    base = {"learning_rate": 0.3, "nesterov": True, "weight_decay": 0.01, "flip": True, "schedule": "step"}
    base |= {"milestones": [0.5], "decay": 0.2}
    adamw = Recipe.changed(base, {"optimizer": "adamw", "weight_decay": 0.1})
    assert (adamw.learning_rate, adamw.weight_decay, adamw.nesterov, adamw.flip) == (0.001, 0.1, False, True)
    assert Recipe.changed(base, {"optimizer": "sgd"}) == Recipe.from_mapping(base)
    assert Recipe.changed(base, {"schedule": "cosine"}).milestones == ()
