"""The axes of a study, checked: each a group of values, or one value by its dotted name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from suite.config.candidate import Candidate
from suite.config.checks import as_list
from suite.core.axes import FEEDING, GROUPS, IMPLIED
from suite.core.refusals import unknown
from suite.data.dataset import PLACES, DataSpec
from suite.training.recipe import every_name, own_numbers


def axes_from(value: Any, candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """What differs on purpose, as suite.core.axes names it. Raises Refusal with the nearest names."""
    axes = tuple(dict.fromkeys(str(axis) for axis in as_list("axes", value)))
    valid = [*GROUPS, *_values(candidates)]
    for axis in axes:
        if axis not in valid:
            near = [name for name in valid if name.partition(".")[0] == axis.partition(".")[0]]
            raise unknown("axes", axis, [*GROUPS, *near] if len(near) > 1 else valid)
    return axes


def with_numbers(axes: Iterable[str]) -> tuple[str, ...]:
    """The numbers of parts that axes name, such as focal loss's `recipe.gamma` where `recipe.loss` is an axis.

    Another part comes with other numbers, so where the part may differ they may, too. Sorted; without the axes.
    """
    axes = tuple(axes)
    named = {value.removeprefix("recipe.") for axis in axes for value in (axis, *IMPLIED.get(axis, ()))}
    numbers = {f"recipe.{number}" for name in named for number in own_numbers(name)}
    return tuple(sorted(numbers - {*axes, *FEEDING}))


def _values(candidates: Iterable[Candidate]) -> set[str]:
    """Every value that may differ between candidates, by its dotted name."""
    from suite import models

    options: set[str] = set()
    for candidate in candidates:
        options |= {*candidate.options, *(models.facts(candidate.architecture)["options"] or ())}
    return {
        *FEEDING,
        *(f"recipe.{name}" for name in every_name()),
        *(f"data.{field.name}" for field in fields(DataSpec) if field.name not in ("name", *PLACES)),
        *(f"options.{name}" for name in options),
    }
