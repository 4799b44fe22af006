"""What a search space may say: checked against the numbers that it searches, before anything heavy is imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from suite.config import files
from suite.config.compose import compose
from suite.config.search import space_of
from suite.config.study import study_from
from suite.core.refusals import Refusal
from suite.training.recipe import Recipe, parts

RECIPE = Recipe(optimizer="sgd", learning_rate=0.1, shift=2)


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write the search space `mine` and take it for a recipe."""

    def make(dimensions: Any, recipe: Recipe = RECIPE) -> Any:
        (tmp_path / "search_space").mkdir(exist_ok=True)
        values = {"optimizers": ["sgd"], **dimensions}
        (tmp_path / "search_space" / "mine.yaml").write_text(json.dumps(values))
        monkeypatch.setattr(files, "CONF", tmp_path)
        return space_of("row", "mine", recipe).dimensions

    return make


@pytest.mark.parametrize(
    ("dimensions", "said"),
    [
        ({"momentum": {"low": 0.5, "high": 1.5}}, "high end of momentum: recipe.momentum=1.5: expected between 0 and"),
        (
            {"learning_rate": {"low": -1, "high": 1}},
            "low end of learning_rate: recipe.learning_rate=-1: expected at least",
        ),
        ({"learning_rate": {"low": 0, "high": 1, "log": True}}, "low end of learning_rate: .* expected at least 1e-12"),
        ({"learning_rate": {"low": 1.0, "high": 0.5}}, "learning_rate: low 1.0 lies above high 0.5"),
        (
            {"weight_decay": {"low": 0.0, "high": 1, "log": True}},
            "weight_decay: a logarithmic range begins above 0, not at 0",
        ),
        ({"weight_decay": {"low": 0.1, "high": "much"}}, "high end of weight_decay: .*='much': expected a number"),
        ({"weight_decay": {"low": 0.1, "high": float("inf")}}, "high end of weight_decay: .* expected a number"),
        ({"batch_size": {"low": 1.5, "high": 8}}, "low end of batch_size: .*: expected a whole number"),
        ({"batch_size": {"low": 0, "high": 8}}, "low end of batch_size: recipe.batch_size=0: expected at least 1"),
        ({"batch_size": {"choices": [8, 0]}}, "batch_size: recipe.batch_size=0: expected at least 1"),
        ({"batch_size": {"choices": []}}, "batch_size: choices is empty"),
        ({"shift_padding": {"choices": ["zero", "zeros"]}}, "shift_padding: .*Did you mean 'zero'"),
        ({"shift_padding": {"low": 0, "high": 1}}, "shift_padding: is no number"),
        ({"nesterov": {"low": False, "high": True}}, "nesterov: is no number"),
        ({"optimizer": {"choices": ["sgd", "sdg"]}}, "optimizer: .*Did you mean 'sgd'"),
        ({"learning_rate": {"low": 1.0}}, r"learning_rate: expected low and high \(and log\), or choices; got low"),
        ({"learning_rate": {"from": 1.0, "to": 2.0}}, "expected low and high"),
        ({"learning_rate": {"low": 0.1, "high": 1, "log": "yes"}}, "log=yes: expected true or false"),
        ({"learning_rate": 0.1}, "learning_rate: expected keys and values"),
        ({"learning_rat": {"low": 0.1, "high": 1}}, "Did you mean 'learning_rate'"),
    ],
)
def test_a_space_that_no_recipe_could_take_is_refused_by_name_with_the_range(
    dimensions: dict, said: str, space: Any
) -> None:
    with pytest.raises(Refusal, match=f"search space mine.*{said}"):
        space(dimensions)


def test_a_space_without_its_optimizers_is_refused(space: Any) -> None:
    with pytest.raises(Refusal, match="search space mine does not say which optimizers it is for"):
        space({"optimizers": None, "momentum": {"low": 0.5, "high": 0.9}})


def test_a_logarithmic_space_needs_a_recipe_above_zero(space: Any) -> None:
    with pytest.raises(Refusal, match=r"logarithmic in weight_decay, which the recipe sets to 0\.0"):
        space({"weight_decay": {"low": 0.1, "high": 1, "log": True}}, Recipe(weight_decay=0.0))


def test_the_ends_take_the_types_of_their_numbers(space: Any) -> None:
    found = space({"batch_size": {"low": 16.0, "high": 64, "log": True}, "momentum": {"low": 0, "high": 0.9}})
    assert found == {"batch_size": {"low": 16, "high": 64, "log": True}, "momentum": {"low": 0.0, "high": 0.9}}
    assert [type(end) for end in (found["batch_size"]["low"], found["momentum"]["low"])] == [int, float]


@pytest.mark.parametrize("optimizer", parts("optimizers"))
def test_what_every_optimizer_is_searched_by_lies_within_its_range(optimizer: str) -> None:
    recipe = Recipe(optimizer=optimizer, weight_decay=0.001)
    found = space_of("row", "auto", recipe).dimensions
    assert "learning_rate" in found
    for name, dimension in found.items():
        for end in ("low", "high"):
            assert getattr(recipe.with_parameters({name: dimension[end]}), name) == dimension[end]


@pytest.mark.parametrize("optimizer", ["lion", "muon"])
def test_a_decay_that_is_switched_off_is_not_searched(optimizer: str) -> None:
    on, off = (Recipe(optimizer=optimizer, weight_decay=decay) for decay in (0.1, 0.0))
    assert set(space_of("row", "auto", on).dimensions) == {"learning_rate", "weight_decay"}
    assert set(space_of("row", "auto", off).dimensions) == {"learning_rate"}


def test_a_strength_of_nothing_is_not_searched_on_a_logarithmic_scale() -> None:
    recipe = Recipe(optimizer="lion", rand_augment=1, rand_augment_magnitude=0)
    assert "rand_augment_magnitude" not in space_of("row", "auto", recipe).dimensions


def test_parts_of_a_batch_must_divide_every_batch_that_is_searched(space: Any) -> None:
    """A trial in between would stop the study."""
    recipe = Recipe(batch_size=32, accumulate=4)
    with pytest.raises(Refusal, match=r"batch_size, .* or give choices: recipe\.accumulate=4 does not divide"):
        space({"batch_size": {"low": 32, "high": 64}}, recipe)
    assert space({"batch_size": {"choices": [32, 64]}}, recipe) == {"batch_size": {"choices": [32, 64]}}
    assert space({"batch_size": {"low": 32, "high": 64}}, Recipe(batch_size=32))


def test_a_share_of_a_length_that_is_searched_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials would have what is searched, whole, and the first trial's short length would be the final runs'."""
    searched = {"optimizers": ["sgd"], "epochs": {"low": 1, "high": 20}}
    monkeypatch.setattr("suite.config.search.search_space", lambda _: dict(searched))
    study_from(compose(["study=quickstart", "search.space=sgd"]))
    with pytest.raises(
        Refusal, match=r"search\.length=0\.5 is a share .* space sgd searches: .* set search\.length=1$"
    ):
        study_from(compose(["study=quickstart", "search.space=sgd", "search.length=0.5"]))
    assert study_from(compose(["study=quickstart", "search.space=sgd", "search.length=1"])).search.length == 1
