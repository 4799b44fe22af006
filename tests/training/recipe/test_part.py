"""What follows from a part's declaration, for every part that there is."""

from __future__ import annotations

from typing import Any

import pytest

from suite.core.refusals import Refusal
from suite.training.recipe import Number, Recipe, parts
from suite.training.recipe.common import CHOSEN, COMMON, FIRST
from suite.training.recipe.part import KINDS, NOTHING, SWITCHED

CHOICE = {kind: choice for choice, kind in CHOSEN.items()}
PARTS = [(kind, name) for kind in KINDS for name in parts(kind)]
EVERY = pytest.mark.parametrize(("kind", "name"), PARTS, ids=[f"{kind}/{name}" for kind, name in PARTS])

ON: dict[str, Any] = {"milestones": (0.5, 0.75)}
"""Values that a part cannot do without."""

WITH: dict[str, Any] = {"accumulation": {"batch_size": 120}}
"""Other values of a recipe that a part's numbers have to go with."""


def other(number: Number, value: Any) -> Any:
    """A value within the number's range that is neither this one nor neutral."""
    if isinstance(number.default, bool):
        return not value
    if isinstance(number.default, str):
        return next(choice for choice in number.choices if choice != value)
    if isinstance(number.default, tuple):
        return tuple(item * 0.9 for item in value)
    if isinstance(number.default, int):
        return value + 1
    higher = value * 1.25 + 0.01
    return higher if higher <= number.high else value * 0.75


def with_part(kind: str, name: str, **values: Any) -> Recipe:
    """A recipe in which the part is in use, its numbers as they stand by default unless given."""
    part = parts(kind)[name]
    chosen = {CHOICE[kind]: name} if kind in CHOICE else {}
    if kind in SWITCHED:
        switch = next(number for number in part.numbers if number.name == part.switch)
        chosen |= {part.switch: other(switch, switch.neutral)}
    given = {key: value for key, value in ON.items() if key in part.defaults()} | WITH.get(name, {})
    return Recipe(**{**chosen, **given, **values})


@EVERY
def test_the_defaults_lie_within_their_own_range_and_the_part_is_in_use(kind: str, name: str) -> None:
    part, recipe = parts(kind)[name], with_part(kind, name)
    assert part in recipe.used
    assert part.name == name
    assert part.summary
    assert part.version >= 1
    for number in part.numbers:
        assert number.converted(number.default) == number.default
        assert type(number.converted(number.default)) is type(number.default)
        if number.neutral is not NOTHING:
            assert number.converted(number.neutral) == number.neutral
        if number.tried is not None:
            assert number.low <= number.tried[0] < number.tried[1] <= number.high
        assert number.name in recipe.numbers()
    assert Recipe.from_mapping(recipe.as_mapping()) == recipe


@EVERY
def test_what_is_traced_is_no_structure_and_what_is_structural_is(kind: str, name: str) -> None:
    for number in parts(kind)[name].numbers:
        one = other(number, number.neutral if number.kind == "switched" else ON.get(number.name, number.default))
        before = with_part(kind, name, **{number.name: one})
        after = with_part(kind, name, **{number.name: other(number, one)})
        assert (after.structure() == before.structure()) == (number.kind != "structural"), number.name


@EVERY
def test_a_switched_number_is_another_graph_only_where_it_is_neutral(kind: str, name: str) -> None:
    for number in (number for number in parts(kind)[name].numbers if number.kind == "switched"):
        on = with_part(kind, name, **{number.name: other(number, number.neutral)})
        more = with_part(kind, name, **{number.name: other(number, getattr(on, number.name))})
        off = with_part(kind, name, **{number.name: number.neutral})
        assert on.structure() == more.structure() != off.structure()


@EVERY
def test_every_value_counts_for_the_identity_but_the_neutral_one(kind: str, name: str) -> None:
    before = with_part(kind, name)
    for number in parts(kind)[name].numbers:
        value = getattr(before, number.name)
        changed = with_part(kind, name, **{number.name: other(number, value)})
        assert changed.identity() != before.identity(), number.name
        if number.neutral is not NOTHING:
            neutral = with_part(kind, name, **{number.name: number.neutral})
            assert number.name not in neutral.identity()


@EVERY
def test_what_lies_outside_the_range_or_is_no_such_value_is_refused_by_name(kind: str, name: str) -> None:
    for number in parts(kind)[name].numbers:
        wrong: list[Any] = [None, [0.7, 0.5], "no such thing"]
        if isinstance(number.default, int | float) and not isinstance(number.default, bool):
            wrong += [True, float("nan"), float("inf")]
            wrong += [number.low - 1] if number.low > float("-inf") else []
            wrong += [number.high + 1] if number.high < float("inf") else []
        for value in wrong:
            with pytest.raises(Refusal, match=f"recipe.{number.name}"):
                with_part(kind, name, **{number.name: value})


@EVERY
def test_numbers_of_a_part_that_is_not_in_use_are_refused_with_what_they_need(kind: str, name: str) -> None:
    without = Recipe() if kind in SWITCHED else Recipe(**{CHOICE[kind]: FIRST[CHOICE[kind]]})
    for number in parts(kind)[name].numbers:
        if number.name in without.numbers() or number.name == getattr(parts(kind)[name], "switch", None):
            continue
        value = other(number, ON.get(number.name, number.default))
        with pytest.raises(Refusal, match=f"needs recipe.{CHOICE[kind]}=" if kind in CHOICE else "no effect without"):
            Recipe(**{number.name: value})
        with pytest.raises(Refusal, match=f"recipe.{number.name}="):
            Recipe(**{number.name: number.default})
        assert Recipe.from_record({number.name: number.default}) == Recipe(), "older records listed every value"


def test_numbers_of_the_same_name_mean_the_same() -> None:
    """A recipe may keep a value while its optimizer changes: its type and its kind must not change with it."""
    seen: dict[str, Number] = {number.name: number for number in COMMON}
    for kind, name in PARTS:
        for number in parts(kind)[name].numbers:
            first = seen.setdefault(number.name, number)
            assert _nature(number) == _nature(first), number.name


def _nature(number: Number) -> tuple[Any, ...]:
    return type(number.default), number.kind, number.choices, number.low, number.high, number.neutral, number.pixels


def test_a_schedule_gives_as_many_numbers_whatever_the_length() -> None:
    """The shape of the variable is fixed when the graph is made, before the number of steps is known."""
    for name, part in parts("schedules").items():
        values = with_part("schedules", name).as_mapping()
        assert len(part.traced(values, 1)) == len(part.traced(values, 1000))


def test_transforms_act_in_their_order_and_each_has_draws() -> None:
    together: dict[str, Any] = {"cutmix_probability": 0.5}  # at 1 there is nothing left for mixup
    for part in parts("augment").values():
        switch = next(number for number in part.numbers if number.name == part.switch)
        together[part.switch] = other(switch, switch.neutral)
        assert part.draws >= 1
        assert not part.active({})
    used = Recipe(**together).transforms
    assert {part.name for part in used} == set(parts("augment"))
    assert [(part.order, part.name) for part in used] == sorted((part.order, part.name) for part in used)
