"""Recipes: round trip, refusals that name key and remedy, identity, and the recipe files of the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import suite
from suite.core.refusals import Refusal
from suite.training.recipe import Recipe, every_name, parts
from suite.training.recipe.recipe import every_number

CONF = Path(suite.__file__).parent / "config" / "conf"
RECIPES = sorted((CONF / "recipe").glob("*.yaml"))

LISTED_ONCE: dict[str, Any] = {
    "learning_rate": 0.1, "momentum": 0.9, "nesterov": False, "weight_decay": 0.0005, "schedule": "constant",
    "warmup": 0.0, "milestones": [], "decay": 0.1, "epochs": 10, "batch_size": 128, "label_smoothing": 0.0,
    "flip": False, "shift": 0, "shift_padding": "zero", "cutout": 0,
}  # fmt: skip
"""The values that every record listed before parts declared their own, in use or not."""


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_file_holds(path: Path) -> None:
    values = {key: value for key, value in yaml.safe_load(path.read_text()).items() if key != "instead"}
    recipe = Recipe.from_mapping({**values, "name": path.stem})
    assert Recipe.from_mapping(recipe.as_mapping()) == recipe
    assert recipe.name == path.stem
    for key, value in values.items():
        if key in recipe.as_mapping():
            assert recipe.as_mapping()[key] == value


@pytest.mark.parametrize("path", sorted((CONF / "search_space").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_search_space_names_numbers_of_a_recipe_within_their_range(path: Path) -> None:
    space = yaml.safe_load(path.read_text())
    optimizers = space.pop("optimizers")
    assert set(optimizers) <= set(parts("optimizers"))
    for key, dimension in space.items():
        for bound in (dimension["low"], dimension["high"]):
            for optimizer in optimizers:
                assert getattr(Recipe(optimizer=optimizer).with_parameters({key: bound}), key) == bound
        assert 0 < dimension["low"] < dimension["high"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learning_rat": 1}, "'learning_rate'"),
        ({"optimizer": "sdg"}, "Did you mean 'sgd'"),
        ({"schedule": "cosin"}, "Did you mean 'cosine'"),
        ({"loss": "crossentropy"}, "Did you mean 'cross_entropy'"),
        ({"optimizer": None}, "recipe.optimizer"),
        ({"schedule": ["cosine"]}, "recipe.schedule"),
        ({"loss": {"cross_entropy": 1}}, "recipe.loss"),
        ({"shift": 1, "shift_padding": ["zero"]}, "recipe.shift_padding=['zero']: expected a name"),
        ({"weight_decay": None}, "recipe.weight_decay=None: expected a number"),
        ({"learning_rate": "fast"}, "recipe.learning_rate='fast': expected a number"),
        ({"learning_rate": 0}, "at least 1e-12"),
        ({"learning_rate": float("nan")}, "expected a number"),
        ({"batch_size": 12.5}, "expected a whole number"),
        ({"batch_size": True}, "expected a whole number"),
        ({"flip": 1}, "true or false"),
        ({"label_smoothing": 1}, "between 0 and 0.9999"),
        ({"schedule": "step", "milestones": [0.7, 0.5]}, "rising fractions"),
        ({"schedule": "step", "milestones": [0.5, 1.0]}, "rising fractions"),
        ({"schedule": "step", "milestones": 0.5}, "a list of numbers"),
        ({"schedule": "step"}, "needs recipe.milestones"),
        ({"milestones": [0.5]}, "needs recipe.schedule=step"),
        ({"nesterov": True, "optimizer": "adam"}, "recipe.nesterov=true needs recipe.optimizer="),
        ({"nesterov": True, "momentum": 0}, "needs recipe.optimizer=sgd with a momentum above 0"),
        ({"shift_padding": "reflect"}, "has no effect without recipe.shift"),
        ({"shift": 2, "shift_padding": "zeros"}, "Did you mean 'zero'"),
        ({"epochs": 0}, "at least 0.001"),
    ],
)
def test_refuses_what_does_not_hold_and_says_what_would(values: dict, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Recipe.from_mapping(values)
    assert words in str(refusal.value)


def test_numbers_take_the_type_of_their_default() -> None:
    recipe = Recipe.from_mapping({"epochs": 3.0, "learning_rate": 1, "milestones": [0.5], "schedule": "step"})
    assert (type(recipe.epochs), type(recipe.learning_rate), recipe.milestones) == (int, float, (0.5,))


def test_parameters_change_the_named_values_only() -> None:
    recipe = Recipe("a", nesterov=True)
    assert recipe.with_parameters({"learning_rate": 0.3}).as_mapping() == {**recipe.as_mapping(), "learning_rate": 0.3}
    with pytest.raises(Refusal, match="unknown value of the recipe 'rate'"):
        recipe.with_parameters({"rate": 1})


def test_the_numbers_of_a_replaced_optimizer_or_schedule_are_replaced() -> None:
    base = {"learning_rate": 0.3, "nesterov": True, "weight_decay": 0.01, "flip": True, "schedule": "step"}
    base |= {"milestones": [0.5], "decay": 0.2}
    adamw = Recipe.changed(base, {"optimizer": "adamw", "weight_decay": 0.1})
    assert (adamw.learning_rate, adamw.weight_decay, adamw.flip) == (0.001, 0.1, True)
    assert "nesterov" not in adamw.as_mapping()
    assert Recipe.changed(base, {"optimizer": "sgd"}) == Recipe.from_mapping(base)
    assert "milestones" not in Recipe.changed(base, {"schedule": "cosine"}).as_mapping()
    with pytest.raises(Refusal, match=r"recipe\.optimizer"):
        Recipe.changed({"optimizer": ["sgd"]}, {"schedule": "cosine"})
    assert Recipe.changed({"optimizer": ["sgd"]}, {"optimizer": "adam"}) == Recipe(optimizer="adam")


def test_a_recipe_lists_the_numbers_of_the_parts_in_use_and_no_others() -> None:
    recipe = Recipe(optimizer="adamw", schedule="cosine", flip=True)
    assert set(recipe.as_mapping()) == {
        "name", "optimizer", "schedule", "loss", "epochs", "batch_size", "warmup", "learning_rate", "weight_decay",
        "label_smoothing", "flip", "flip_alternating",
    }  # fmt: skip
    assert set(recipe.numbers()) == set(recipe.as_mapping()) - {"name", "optimizer", "schedule", "loss"}
    with pytest.raises(AttributeError, match="this recipe has no momentum"):
        _ = recipe.momentum
    assert set(every_name()) == {"optimizer", "schedule", "loss", *every_number()}


def test_equal_by_values() -> None:
    one, same = Recipe(learning_rate=0.2), Recipe.from_mapping({"learning_rate": 0.2, "optimizer": "sgd"})
    assert one == same
    assert hash(one) == hash(same)
    assert one != Recipe(learning_rate=0.3)
    assert one.structure() == Recipe(learning_rate=0.3).structure()


def test_the_identity_leaves_out_what_changes_nothing_and_the_name() -> None:
    """So that a field which is added later leaves the records of finished runs alone."""
    recipe = Recipe("mine", optimizer="sgd", weight_decay=0.0)
    assert recipe.identity() == {
        "optimizer": "sgd", "schedule": "constant", "epochs": 10, "batch_size": 128, "learning_rate": 0.1,
        "momentum": 0.9,
    }  # fmt: skip
    assert Recipe(label_smoothing=0.1).identity()["label_smoothing"] == 0.1
    assert Recipe("other", optimizer="sgd", weight_decay=0.0).identity() == recipe.identity()


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_values_that_records_once_listed_of_parts_not_in_use_change_nothing(optimizer: str) -> None:
    """Each was at its default, which was the same whatever the optimizer: SGD's."""
    recipe = Recipe.from_record({**LISTED_ONCE, "optimizer": optimizer})
    assert recipe == Recipe(optimizer=optimizer, learning_rate=0.1, weight_decay=0.0005)
    stepped = Recipe.from_record({**LISTED_ONCE, "optimizer": optimizer, "schedule": "step", "milestones": [0.5]})
    assert stepped.decay == 0.1
    for wrong in ({"decay": 0.2}, {"optimizer": "madgrad"}, {"optimizer": ["sgd"]}, {"learning_rat": 1}):
        with pytest.raises(Refusal):
            Recipe.from_record({**LISTED_ONCE, **wrong})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"optimizer": "adam", "momentum": 0.9}, "recipe.momentum=0.9 needs recipe.optimizer="),
        ({"optimizer": "adamw", "nesterov": False}, "recipe.nesterov=false needs recipe.optimizer="),
        ({"schedule": "cosine", "decay": 0.1}, "recipe.decay=0.1 needs recipe.schedule="),
        ({"milestones": []}, r"recipe.milestones=\[\] needs recipe.schedule=step"),
        ({"loss": "focal", "label_smoothing": 0.0}, "recipe.label_smoothing=0.0 needs recipe.loss="),
        ({"shift_padding": "zero"}, "recipe.shift_padding=zero has no effect without recipe.shift"),
        ({"shift": 0, "shift_padding": "zero"}, "has no effect without recipe.shift"),
        ({"erasing_area": 0.4}, "recipe.erasing_area=0.4 has no effect without recipe.erasing"),
    ],
)
def test_what_is_written_of_a_part_not_in_use_is_refused_even_where_it_is_a_default(values: dict, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        Recipe.from_mapping(values)
    if values != {"shift": 0, "shift_padding": "zero"}:
        with pytest.raises(Refusal, match=said):
            Recipe().with_parameters(values)
    assert Recipe.from_record(values) == Recipe(
        **{key: values[key] for key in values if key in ("optimizer", "loss", "schedule")}
    )


def test_a_switch_may_say_that_its_transform_is_off() -> None:
    assert Recipe(flip=False, shift=0, cutout=0, erasing=0.0) == Recipe()


@pytest.mark.parametrize("name", [name for name, owners in every_number().items() if owners[0].pixels])
def test_a_length_in_pixels_stays_below_the_shorter_side(name: str) -> None:
    Recipe(**{name: 7}).check_pixels((8, 12))
    for length in (8, 1_000_000):
        with pytest.raises(Refusal, match=f"recipe.{name}={length}: expected less than 8 pixels, .* have 12x8"):
            Recipe(**{name: length}).check_pixels((12, 8))


def test_every_number_that_speaks_of_pixels_declares_them() -> None:
    told = {name for name, owners in every_number().items() if "pixel" in owners[0].meaning}
    assert told == {name for name, owners in every_number().items() if owners[0].pixels} == {"cutout", "shift"}


def test_versions_are_those_of_parts_in_use_that_were_raised() -> None:
    assert Recipe().versions() == {}
    raised = {part.name: part.version for part in parts("augment").values() if part.version > 1}
    assert Recipe(flip=True, shift=1).versions() == {name: raised[name] for name in ("flip", "shift")}


def test_recipes_are_checked_without_anything_heavy() -> None:
    code = (
        "import sys; from suite.training.recipe import Recipe, parts; from suite.training.recipe.part import KINDS; "
        "[parts(kind) for kind in KINDS]; Recipe(flip=True).structure(); "
        "print([name for name in ('keras', 'tensorflow', 'jax', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_search_may_choose_the_optimizer() -> None:
    """Its numbers come along, as where a study names another."""
    chosen = Recipe(optimizer="sgd", nesterov=True).with_parameters({"optimizer": "adamw"})
    assert (chosen.optimizer, chosen.learning_rate) == ("adamw", 0.001)


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        ({"shift": 4, "shift_padding": "reflect"}, {"shift": 0}),
        ({"erasing": 0.3, "erasing_area": 0.2}, {"erasing": 0.0}),
        ({"nesterov": True}, {"momentum": 0.0}),
    ],
)
def test_what_switches_a_part_off_takes_its_other_numbers_with_it(base: dict, changes: dict) -> None:
    assert Recipe(**base).with_parameters(changes).identity() == Recipe(**changes).identity()


@pytest.mark.parametrize("values", [{"self": 1}, {"batch_size": 10**400}, {"name": 3}])
def test_odd_keys_and_huge_numbers_are_refused(values: dict) -> None:
    with pytest.raises(Refusal):
        Recipe.from_mapping(values)


def test_the_other_numbers_of_a_transform_need_its_switch() -> None:
    for part in parts("augment").values():
        assert {number.needs for number in part.numbers if number.name != part.switch} <= {part.switch}


def test_a_transform_that_boxes_do_not_follow_is_refused_where_there_are_boxes() -> None:
    Recipe(flip=True, shift=2, cutout=4).check_boxes("localization")
    with pytest.raises(Refusal, match=r"recipe.mixup=0.2 is not for localization: boxes do not follow mixup"):
        Recipe(mixup=0.2).check_boxes("localization")


def test_a_number_of_several_transforms_goes_with_the_last_of_them() -> None:
    recipe = Recipe(rotation=10.0, auto_augment="cifar10", interpolation="bilinear")
    one = recipe.with_parameters({"rotation": 0.0})
    assert one.interpolation == "bilinear"
    assert one.with_parameters({"auto_augment": "none"}) == Recipe()
    assert recipe.with_parameters({"auto_augment": "none"}).interpolation == "bilinear"
    assert "interpolation" not in Recipe(rotation=10.0).identity()


@pytest.mark.parametrize("part", [part for part in parts("augment").values() if len(part.numbers) > 1])
def test_a_transform_that_a_recipe_has_can_be_switched_off(part: Any) -> None:
    """Its other numbers go with it, whatever value it is that switches it off."""
    switch = next(number for number in part.numbers if number.name == part.switch)
    on = switch.choices[-1] if switch.choices else 0.5 if switch.kind == "switched" else switch.neutral + 1
    recipe = Recipe(**{part.switch: bool(on) if isinstance(switch.default, bool) else on})
    assert set(recipe.numbers()) > {part.switch}
    assert recipe.with_parameters({part.switch: switch.neutral}) == Recipe()
