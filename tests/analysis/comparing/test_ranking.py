from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.comparing.ranking import axes_of, comparable, conditions, off_axes, shared_axes
from suite.analysis.folder import reading
from suite.config.axes import with_numbers
from suite.core.directories import RunKey
from suite.training.recipe import Recipe
from tests.analysis.conftest import Store

MEASURED = {
    "budget": '"laptop"',
    "architecture": '"resnet20"',
    "options.width": "0.5",
    "recipe.name": '"he2015"',
    "recipe.epochs": "4",
    "recipe.learning_rate": "0.1",
    "data.train_examples": "900",
}


@pytest.mark.parametrize(
    ("axes", "left"),
    [
        (["architecture"], {"budget", "recipe.epochs", "recipe.learning_rate", "data.train_examples"}),
        (["options"], {"budget", "architecture", "recipe.epochs", "recipe.learning_rate", "data.train_examples"}),
        (["recipe"], {"budget", "architecture", "options.width", "recipe.epochs", "data.train_examples"}),
        (
            ["data"],
            {"budget", "architecture", "options.width", "recipe.epochs", "recipe.learning_rate", "data.train_examples"},
        ),
        (["data.train_examples"], {"budget", "architecture", "options.width", "recipe.learning_rate"}),
        (
            ["recipe.learning_rate"],
            {"budget", "architecture", "options.width", "recipe.epochs", "data.train_examples"},
        ),
    ],
)
def test_axes_take_their_conditions_away(axes: list[str], left: set[str]) -> None:
    assert set(off_axes(MEASURED, axes)) == left


def test_the_largest_group_is_ranked_and_the_others_say_why_not() -> None:
    rows = [{"budget": "a", "x": "1"}, {"budget": "a", "x": "2"}, {"budget": "b", "x": "2"}, {"budget": "a", "x": "2"}]
    assert comparable(rows) == [["x"], [], ["budget"], []]
    assert comparable([{"x": "1"}, {"x": "2"}]) == [[], ["x"]]  # of equal groups, the first
    assert comparable([]) == []


def test_a_condition_that_one_lacks_sets_it_apart() -> None:
    assert comparable([{"x": "1"}, {"x": "1"}, {}]) == [[], [], ["x"]]


def test_an_unknown_test_set_sets_nobody_apart_but_another_one_does() -> None:
    rows = [{"test images": "a"}, {}, {"test images": "a"}, {"test images": "b"}]
    assert comparable(rows) == [[], [], [], ["test images"]]
    assert comparable([{}, {"test images": "b"}]) == [[], []]


def test_a_candidate_with_other_test_images_is_set_apart(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.labels = (store.labels + 1) % 10
    for number in range(3):
        store.run(study, RunKey("lenet5", "tuned", "final", number))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    measured = [off_axes(conditions(read, name, "tuned"), ["architecture"]) for name in study["candidates"]]
    assert comparable(measured) == [[], [], ["test labels"]]


def test_conditions_hold_what_a_number_depends_on(rendered: Path) -> None:
    measured = conditions(reading.read(rendered), "resnet20", "tuned")
    assert measured["recipe.learning_rate"] == "0.1"
    assert measured["data.train_examples"] == "900"
    assert measured["budget"] == '"laptop"'
    assert {"dataset", "backend", "precision", "track", "task", "test images", "test labels"} <= set(measured)


def conditions_of(store: Store, study: dict[str, Any], axes: list[str]) -> list[list[str]]:
    """What sets each candidate of a whole study apart, in the order of the study."""
    store.whole(study)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    return comparable([off_axes(conditions(read, name, "tuned"), axes) for name in study["candidates"]])


def test_equal_labels_do_not_make_one_test_set_of_two(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    for name, candidate in study["candidates"].items():
        candidate["data"]["test_hash"] = "other" if name == "lenet5" else "same"
    assert conditions_of(store, study, ["architecture"]) == [[], [], ["test images"]]
    assert conditions_of(store, study, ["architecture", "data"]) == [[], [], ["test images"]]
    assert conditions_of(store, study, ["architecture", "data.image_size"]) == [[], [], []]  # the same pictures


def test_without_a_hash_of_the_test_images_that_of_the_whole_set_counts(
    store: Store, described: Callable[..., Any]
) -> None:
    study = described()
    study["candidates"]["lenet5"]["data"]["hash"] = "decaf"
    assert conditions_of(store, study, ["architecture"]) == [[], [], ["data.hash", "test images"]]
    assert conditions_of(store, study, ["architecture", "data"]) == [[], [], ["test images"]]


def test_other_labels_are_never_an_axis(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.labels = (store.labels + 1) % 10
    for number in range(3):
        store.run(study, RunKey("lenet5", "tuned", "final", number))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    axes = ["architecture", "data", "data.image_size"]
    measured = [off_axes(conditions(read, name, "tuned"), axes) for name in study["candidates"]]
    assert comparable(measured) == [[], [], ["test labels"]]


def test_each_has_its_own_search_space_and_all_have_as_many_trials(store: Store, described: Callable[..., Any]) -> None:
    one = described(study="one", search_space={"name": "sgd", "dimensions": {}})
    two = described(study="two", search_space={"name": "adamw", "dimensions": {}})
    three = described(study="three", trials=3)
    found = []
    for study in (one, two, three):
        store.describe(study)
        read = reading.read(rendering.refresh(store.workspace, study["study"]))
        found.append(off_axes(conditions(read, "lenet5", "tuned"), ["architecture"]))
    assert comparable(found) == [[], [], ["search.trials"]]
    assert comparable([off_axes(row, ["search.trials"]) for row in found]) == [[], [], []]


def test_across_studies_only_common_axes_may_differ() -> None:
    assert shared_axes([{"axes": ["architecture", "recipe"]}, {"axes": ["recipe"]}]) == ["recipe"]
    assert shared_axes([{"axes": ["architecture"]}, {"axes": ["data"]}]) == []


def test_losses_that_bring_numbers_of_their_own_are_ranked_together_where_the_loss_is_an_axis(
    store: Store, described: Callable[..., Any]
) -> None:
    recipes = Recipe(), Recipe(loss="focal", gamma=1.0), Recipe(loss="focal", gamma=3.0, momentum=0.8)

    def apart(**axes: Any) -> list[list[str]]:
        study = described(**axes)
        for name, recipe in zip(study["candidates"], recipes, strict=True):
            study["candidates"][name]["recipe"] = recipe.as_mapping()
        return conditions_of(store, study, axes_of(study))

    axes = ["architecture", "recipe.loss"]
    assert apart(axes=axes, axes_numbers=with_numbers(axes)) == [[], [], ["recipe.momentum"]]
    assert apart(axes=axes) != [[], [], ["recipe.momentum"]], "as studies were described before"
    assert axes_of({"axes": ["recipe"]}) == ["recipe"]


def test_across_studies_the_numbers_of_common_parts_may_differ() -> None:
    first, second = (
        {"axes": axes, "axes_numbers": with_numbers(axes)} for axes in (["recipe.loss", "data"], ["teacher"])
    )
    assert set(shared_axes([first, second])) == {*with_numbers(["recipe.loss"])} - {"recipe.loss"}


def test_a_search_with_a_prior_is_another_than_one_without(rendered: Path) -> None:
    """Within a study all have it; rows of two studies are not ranked together where one began where others ended."""
    read = reading.read(rendered)
    begun = replace(read, study={**read.study, "search_prior": {}})
    one, other = (conditions(records, "lenet5", "tuned") for records in (read, begun))
    assert {name for name in {*one, *other} if one.get(name) != other.get(name)} == {"search.prior"}
    shared = conditions(begun, "lenet5", "shared")
    assert "search.prior" not in shared, "nothing is searched there"
