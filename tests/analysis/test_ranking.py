from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import reading, rendering
from suite.analysis.ranking import comparable, conditions, off_axes, shared_axes
from suite.core.directories import RunKey
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
        (["recipe"], {"budget", "architecture", "options.width", "data.train_examples"}),
        (["data"], {"budget", "architecture", "options.width", "recipe.learning_rate"}),
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
    assert comparable(measured) == [[], [], ["test images"]]


def test_conditions_hold_what_a_number_depends_on(rendered: Path) -> None:
    measured = conditions(reading.read(rendered), "resnet20", "tuned")
    assert measured["recipe.learning_rate"] == "0.1"
    assert measured["data.train_examples"] == "900"
    assert measured["budget"] == '"laptop"'
    assert "data.path" not in measured  # where the files lie is no condition
    assert {"dataset", "backend", "precision", "track", "test images"} <= set(measured)


def test_across_studies_only_common_axes_may_differ() -> None:
    assert shared_axes([{"axes": ["architecture", "recipe"]}, {"axes": ["recipe"]}]) == ["recipe"]
    assert shared_axes([{"axes": ["architecture"]}, {"axes": ["data"]}]) == []
