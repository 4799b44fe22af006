"""A specification travels as JSON and knows what makes two runs the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from suite.core.refusals import Refusal
from suite.data import DataSpec
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec

SPEC = RunSpec(
    architecture="resnet20",
    options={"width": 0.5},
    recipe=Recipe(milestones=(0.5,), schedule="step"),
    data=DataSpec("digits", train_examples=100),
    seeds={"split": 0, "initial": 1, "order": 2, "augment": 3},
    cache_dir="cache",
    parameters={"learning_rate": 0.1},
)


def test_round_trip_through_json() -> None:
    assert RunSpec.from_mapping(json.loads(json.dumps(SPEC.as_mapping()))) == SPEC


def test_a_recipe_that_does_not_hold_is_refused() -> None:
    mapping = SPEC.as_mapping()
    mapping["recipe"]["optimizer"] = "lion"
    with pytest.raises(Refusal, match="lion"):
        RunSpec.from_mapping(mapping)


@pytest.mark.parametrize(
    "change",
    [{"cache_dir": "elsewhere"}, {"data_dir": "there"}, {"offline": True}, {"recipe": replace(SPEC.recipe, name="x")}],
)
def test_places_and_names_do_not_count(change: dict[str, Any]) -> None:
    assert replace(SPEC, **change).identity("data", "graph") == SPEC.identity("data", "graph")


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": {**SPEC.seeds, "order": 9}},
        {"recipe": replace(SPEC.recipe, learning_rate=0.2)},
        {"data": DataSpec("digits", train_examples=101)},
        {"precision": "mixed_bfloat16"},
        {"train_on_validation": True},
        {"options": {}},
    ],
)
def test_what_determines_the_training_counts(change: dict[str, Any]) -> None:
    assert replace(SPEC, **change).identity("data", "graph") != SPEC.identity("data", "graph")
    assert SPEC.identity("other", "graph") != SPEC.identity("data", "graph") != SPEC.identity("data", "other")
