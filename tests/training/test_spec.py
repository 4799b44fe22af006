"""A specification travels as JSON and knows what makes two runs the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suite.core.refusals import Refusal
from suite.data import DataSpec
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec, canonical, changes

SPEC = RunSpec(
    architecture="resnet20",
    options={"width": 0.5},
    recipe=Recipe(milestones=(0.5,), schedule="step"),
    data=DataSpec("digits", train_examples=100),
    seeds={"split": 0, "initial": 1, "order": 2, "augment": 3},
    cache_dir="cache",
    parameters={"learning_rate": 0.1},
)


def origin(run: str, sha256: str, made_by: str = "m") -> dict[str, str]:
    return {"run": run, "sha256": sha256, "made_by": made_by}


@pytest.mark.parametrize(
    ("before", "now", "phrases"),
    [
        (origin("s/i/a/shared/final/0", "12345678ab"), origin("s/i/a/shared/final/0", "9abcdef0cd"),
         ["it started from s/i/a/shared/final/0, which was trained again since then and has other weights (SHA-256 "
          "12345678..., now 9abcdef0...)"]),
        (origin("r", "1"), origin("r", "1", "other"),
         ["it started from r, which was trained again since then, otherwise than before, though to the same weights"]),
        (origin("a", "1"), origin("b", "2"), ["weights: a became b"]),
        (None, origin("b", "2"), ["weights: none became b"]),
        (origin("a", "1"), origin("a", "1"), []),
    ],
)  # fmt: skip
def test_other_weights_to_start_from_are_one_phrase(before: Any, now: Any, phrases: list[str]) -> None:
    one, two = ({**identity(SPEC), **({"weights": weights} if weights else {})} for weights in (before, now))
    assert changes(one, two) == phrases


def test_round_trip_through_json() -> None:
    assert RunSpec.from_mapping(json.loads(json.dumps(SPEC.as_mapping()))) == SPEC


def test_a_recipe_that_does_not_hold_is_refused() -> None:
    mapping = SPEC.as_mapping()
    mapping["recipe"]["optimizer"] = "madgrad"
    with pytest.raises(Refusal, match="madgrad"):
        RunSpec.from_mapping(mapping)


def identity(spec: RunSpec, data_hash: str = "data") -> dict[str, Any]:
    """As a record holds it and as it is read again."""
    return json.loads(json.dumps(spec.identity(data_hash)))


@pytest.mark.parametrize(
    "change",
    [
        {"cache_dir": "elsewhere"},
        {"data_dir": "there"},
        {"offline": True},
        {"final": True},
        {"recipe": Recipe.from_mapping({**SPEC.recipe.as_mapping(), "name": "x"})},
        {"data": replace(SPEC.data, path="/somewhere")},
        {"options": {"width": 0.5, "pretrained": None}},
        {"expected_data_hash": "data"},
    ],
)
def test_places_and_names_do_not_count(change: dict[str, Any]) -> None:
    changed = replace(SPEC, **change)
    assert canonical(identity(changed)) == canonical(identity(SPEC))
    assert changes(identity(SPEC), identity(changed)) == []
    assert changed.digest("data", "graph") == SPEC.digest("data", "graph")


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"seeds": {**SPEC.seeds, "order": 9}}, "seeds.order: 2 became 9"),
        ({"recipe": SPEC.recipe.with_parameters({"learning_rate": 0.2})}, "recipe.learning_rate: 0.1 became 0.2"),
        ({"parameters": {"learning_rate": 0.3}}, "parameters.learning_rate: 0.1 became 0.3"),
        ({"data": DataSpec("digits", train_examples=101)}, "data.train_examples: 100 became 101"),
        ({"precision": "mixed_bfloat16"}, "precision: float32 became mixed_bfloat16"),
        ({"train_on_validation": True}, "train_on_validation: false became true"),
        ({"options": {}}, "options.width: 0.5 became not set"),
        ({"backend": "jax"}, "backend: tensorflow became jax"),
        ({"task": "other"}, "task: classification became other"),
        ({"deterministic": False}, "deterministic: auto became false"),
        ({"architecture": "resnet32"}, "architecture: resnet20 became resnet32"),
    ],
)
def test_what_determines_the_training_counts(change: dict[str, Any], phrase: str) -> None:
    changed = replace(SPEC, **change)
    assert changes(identity(SPEC), identity(changed)) == [phrase]
    assert changed.digest("data", "graph") != SPEC.digest("data", "graph")


@pytest.mark.parametrize(
    ("before", "now", "automatic", "same"),
    [
        (None, True, True, True), (True, None, True, True), (None, False, False, True), (False, None, False, True),
        (None, False, True, False), (True, None, False, False), (None, None, None, True), (None, True, None, False),
        (True, False, True, False), (True, True, False, True),
    ],
)  # fmt: skip
def test_determinism_is_compared_as_auto_comes_to(
    before: bool | None, now: bool | None, automatic: bool | None, same: bool
) -> None:
    recorded, asked = (identity(replace(SPEC, deterministic=value)) for value in (before, now))
    assert (changes(recorded, asked, automatic) == []) == same
    assert not any("None" in phrase for phrase in changes(recorded, asked, automatic))


def test_a_part_that_only_one_side_uses_is_not_said_to_be_computed_otherwise() -> None:
    """Its own version is a difference that follows from using it."""
    flipped = replace(SPEC, recipe=SPEC.recipe.with_parameters({"flip": True}))
    assert changes(identity(SPEC), identity(flipped)) == ["recipe.flip: false became true"]
    assert changes(identity(flipped), identity(SPEC)) == ["recipe.flip: true became false"]
    older = {name: value for name, value in identity(flipped).items() if name != "versions"}
    assert changes(older, identity(flipped)) == ["flip is computed otherwise than by the version that made these runs"]


def test_data_and_graph_count() -> None:
    assert changes(identity(SPEC), identity(SPEC, "other")) == ["data_hash: data became other"]
    assert SPEC.digest("other", "graph") != SPEC.digest("data", "graph") != SPEC.digest("data", "other")


def test_threads_are_compared_only_where_both_wrote_them_down() -> None:
    """Earlier runs did not; what is not known is no difference."""
    one, two = (identity(replace(SPEC, threads=count)) for count in (1, 2))
    earlier = {name: value for name, value in one.items() if name != "threads"}
    assert changes(one, two) == ["threads: 1 became 2"]
    assert changes(earlier, two) == changes(two, earlier) == changes(identity(SPEC), two) == []


INSTANCE = Path(__file__).parents[1] / "instances" / "before" / "runs" / "before" / "digits-smoke-tensorflow-float32"
RECORDS = sorted(INSTANCE.glob("*/tuned/*/*/run.json"))


def now(before: dict[str, Any], **recipe: Any) -> dict[str, Any]:
    """The identity of the run that a record of the previous version is of, as today's version writes it."""
    spec = RunSpec(
        architecture=before["architecture"],
        options=before["options"],
        recipe=Recipe.from_record({**before["recipe"], **recipe}),
        data=DataSpec(**before["data"]),
        seeds=before["seeds"],
        cache_dir="cache",
        parameters=before["parameters"],
        threads=2,
    )
    return {**identity(spec, before["data_hash"]), "search_space": before["search_space"]}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: "-".join(path.parts[-5:-1]))
def test_records_of_the_previous_version_are_of_the_same_runs(path: Path) -> None:
    """They list every value of a recipe, in use or not, and `recipe_version`; they lack what came since."""
    before = json.loads(path.read_text())["identity"]
    assert before["recipe_version"] == 2
    assert "milestones" in before["recipe"]
    assert changes(before, now(before)) == []
    assert canonical(before) == {name: value for name, value in canonical(now(before)).items() if name != "threads"}
    assert changes(before, now(before, learning_rate=0.01)) == ["recipe.learning_rate: 0.05 became 0.01"]
    assert changes(before, now(before, label_smoothing=0.1)) == ["recipe.label_smoothing: 0.0 became 0.1"]


def test_there_are_records_of_the_previous_version() -> None:
    assert len(RECORDS) == 6


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_records_with_another_optimizer_listed_sgds_values_too(optimizer: str) -> None:
    before = json.loads(RECORDS[0].read_text())["identity"]
    before["recipe"] |= {"optimizer": optimizer, "nesterov": False}
    assert changes(before, now(before)) == []


@pytest.mark.parametrize("on", [{"flip": True}, {"shift": 2}, {"cutout": 3}], ids=lambda on: next(iter(on)))
def test_a_record_whose_part_is_computed_otherwise_now_is_another_run(on: dict[str, Any]) -> None:
    """The draws of these three came from one stream; now each has its own."""
    before = json.loads(RECORDS[0].read_text())["identity"]
    before["recipe"] |= on
    (name,) = on
    assert changes(before, now(before)) == [f"{name} is computed otherwise than by the version that made these runs"]
    assert changes(now(before), now(before)) == []


def test_a_record_of_a_recipe_that_cannot_be_read_any_more_differs() -> None:
    before = json.loads(RECORDS[0].read_text())["identity"]
    unreadable = {**before, "recipe": {**before["recipe"], "optimizer": "madgrad"}}
    assert any(phrase.startswith("recipe.optimizer: madgrad") for phrase in changes(unreadable, now(before)))


def test_a_record_of_a_version_before_that_one_differs() -> None:
    before = json.loads(RECORDS[0].read_text())["identity"]
    assert changes({**before, "recipe_version": 1}, now(before)) == ["recipe_version: 1 became 2"]
