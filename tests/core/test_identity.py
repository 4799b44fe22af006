"""When two runs are the same run: neutral values, differences, digests."""

from __future__ import annotations

import json

import pytest

from suite.core.identity import differences, digest, without_neutral

NEUTRAL = {"flip": False, "smoothing": 0.0, "data": {"size": None, "fraction": 0.1}, "milestones": []}


def test_what_is_neutral_goes_in_nested_mappings_too_and_empty_mappings_with_it() -> None:
    values = {"flip": False, "smoothing": 0.3, "data": {"size": 32, "fraction": 0.1}, "options": {}, "milestones": []}
    assert without_neutral(values, NEUTRAL) == {"smoothing": 0.3, "data": {"size": 32}}
    assert without_neutral({"data": {"fraction": 0.1}}, NEUTRAL) == {}


def test_a_field_that_is_added_leaves_earlier_records_alone() -> None:
    before = {"rate": 0.1}
    now = {"rate": 0.1, "mixup": 0.0, "data": {"noise": 0}}
    neutral = {"mixup": 0.0, "data": {"noise": 0}}
    assert without_neutral(before, neutral) == without_neutral(now, neutral)
    assert digest(without_neutral(before, neutral)) == digest(without_neutral(now, neutral))


def test_what_has_no_neutral_value_stays_and_none_goes() -> None:
    assert without_neutral({"rate": 0.0, "name": "", "size": None}, {}) == {"rate": 0.0, "name": ""}


@pytest.mark.parametrize(
    ("value", "neutral", "gone"),
    [
        (1, 1.0, True), (0, 0.0, True), (False, 0, False), (0, False, False), (True, 1, False), (False, False, True),
        ([], (), True), ((0.5, 1), [0.5, 1.0], True), ([0.5], [0.25], False), ([0.5], [], False), ("a", "a", True),
        ([True], [1], False),
    ],
)  # fmt: skip
def test_one_and_one_point_nought_are_the_same_number_and_true_is_none(
    value: object, neutral: object, gone: bool
) -> None:
    assert (without_neutral({"x": value}, {"x": neutral}) == {}) == gone
    assert (differences({"x": value}, {"x": neutral}) == []) == gone


def test_differences_are_phrases_by_dotted_name_in_order() -> None:
    before = {"recipe": {"rate": 0.1, "gone": 1}, "size": 3, "space": {"rate": {"low": 1}}}
    now = {"recipe": {"rate": 0.2}, "size": 3.0, "new": True}
    assert differences(before, now) == [
        "new: not set became true", "recipe.gone: 1 became not set", "recipe.rate: 0.1 became 0.2",
        "space.rate.low: 1 became not set",
    ]  # fmt: skip
    assert differences(now, now) == []


def test_what_an_identity_leaves_out_is_told_as_the_neutral_value() -> None:
    neutral = {"recipe": {"smoothing": 0.0, "flip": False, "gone": []}, "data": {"size": None}}
    before = {"recipe": {"smoothing": 0.1, "gone": [0.5]}}
    now = {"recipe": {"flip": True}, "data": {"size": 8}}
    assert differences(before, now, neutral=neutral) == [
        "data.size: not set became 8", "recipe.flip: false became true", "recipe.gone: [0.5] became []",
        "recipe.smoothing: 0.1 became 0.0",
    ]  # fmt: skip


def test_a_digest_does_not_depend_on_the_order_and_survives_json() -> None:
    one, other = {"a": 1, "b": {"c": [1, 2], "d": 0.1}}, {"b": {"d": 0.1, "c": [1, 2]}, "a": 1}
    assert digest(one) == digest(other) == digest(json.loads(json.dumps(one)))
    assert len(digest(one)) == 64
    assert digest(one) != digest({**one, "a": 2})


def test_a_number_has_one_digest_however_it_was_typed() -> None:
    assert digest({"options": {"width": 1}, "list": [2.0]}) == digest({"options": {"width": 1.0}, "list": [2]})
    assert digest({"skip": True}) != digest({"skip": 1})
