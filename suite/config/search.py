"""Which of a recipe's values are searched: the search space of a candidate, by name or by its optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from suite.config.checks import as_list, boolean, mapping
from suite.config.files import search_space, space_for
from suite.core.refusals import Refusal, unknown
from suite.training.recipe import LISTING, Recipe

SEARCH_KEYS = ("space", "trials", "parallel", "length", "prior")
"""Of a study's section; a candidate's has its space alone."""
AUTO = "auto"
"""The space that is meant for the optimizer of the candidate's recipe."""
WORKSPACE = "workspace"
"""Where a search may begin: at what earlier studies of the workspace selected (`suite.study.prior`)."""


@dataclass(frozen=True)
class SearchSpace:
    """The values of a recipe that are searched, each with its range; no dimension: nothing is searched."""

    space: str | None = None
    dimensions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def checked_search(what: str, value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """A `search` section; null is one without a space. Raises Refusal for a key that it cannot have.

    A candidate has no trials of its own: equal trials for all is the rule of every comparison.
    """
    if value is None:
        return {"space": None}
    section = mapping(what, value)
    for key in section:
        if key in SEARCH_KEYS and key not in keys:
            raise Refusal(f"{what}.{key}: every candidate of a study has the same {key}; set search.{key} for all")
        if key not in keys:
            raise unknown(f"key of {what}", key, keys)
    return section


def _declared(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """The dimensions of every number of the recipe that says what is `tried`, where no file is for its optimizer.

    A number that the recipe sets to 0, as a decay, was switched off, and stays so: no logarithmic range begins there.
    """
    values = recipe.as_mapping()
    tried = {name: number.tried for name, number in recipe.numbers().items() if number.tried and values[name] > 0}
    return {name: {"low": span[0], "high": span[1], "log": True} for name, span in tried.items()}


def space_of(candidate: str, asked: str | None, recipe: Recipe) -> SearchSpace:
    """The search space of a candidate: a file's name, `auto` or None. Raises Refusal where it does not fit."""
    if asked is None:
        return SearchSpace()
    values = recipe.as_mapping()
    optimizer = values["optimizer"]
    name = space_for(optimizer) if asked == AUTO else asked
    if name is None:
        return SearchSpace(optimizer, _declared(recipe))
    dimensions = search_space(name)
    optimizers = dimensions.pop("optimizers")
    if optimizer not in optimizers:
        raise Refusal(
            f"candidate {candidate}: search space {name} is meant for {' and '.join(optimizers)}, and its recipe "
            f"trains with {optimizer}; write `search: {{space: auto}}`, which follows each candidate's optimizer, or "
            "search.space=null for no search"
        )
    checked = {}
    for parameter, dimension in dimensions.items():
        if parameter not in values:
            raise unknown(f"recipe value in search space {name}:", parameter, values, LISTING)
        checked[parameter] = _dimension(f"candidate {candidate}: search space {name}", parameter, dimension, recipe)
    return SearchSpace(name, checked)


def _dimension(where: str, parameter: str, value: Any, recipe: Recipe) -> dict[str, Any]:
    """A dimension, `{low, high}` with `log: true` if wanted, or `{choices: [...]}`, its values in the recipe's types.

    Raises Refusal where a recipe could not take one of its values, or where it holds none.
    """
    dimension = mapping(f"{where}, {parameter}", value)
    if set(dimension) == {"choices"}:
        choices = as_list(f"{where}, {parameter}: choices", dimension["choices"])
        return {"choices": [_taken(f"{where}, {parameter}", parameter, choice, recipe) for choice in choices]}
    if not {"low", "high"} <= set(dimension) <= {"low", "high", "log"}:
        got = ", ".join(map(str, dimension)) or "nothing"
        raise Refusal(f"{where}, {parameter}: expected low and high (and log), or choices; got {got}")
    now = recipe.as_mapping()[parameter]
    if isinstance(now, bool) or not isinstance(now, int | float):
        raise Refusal(f"{where}, {parameter}: is no number, so it is searched by choices, not from low to high")
    log = boolean(f"{where}, {parameter}: log", dimension.get("log", False))
    if log and now <= 0:
        raise Refusal(
            f"{where} is logarithmic in {parameter}, which the recipe sets to {now}; set recipe.{parameter} above 0, "
            "or search.space=null"
        )
    low, high = (
        _taken(f"{where}, {end} end of {parameter}", parameter, dimension[end], recipe) for end in ("low", "high")
    )
    if low > high:
        raise Refusal(f"{where}, {parameter}: low {low} lies above high {high}")
    if isinstance(low, int) and low < high:  # a number whose multiples alone are allowed divides no two neighbours
        _taken(f"{where}, {parameter}, which tries every whole number, or give choices", parameter, low + 1, recipe)
    if log and low <= 0:
        raise Refusal(f"{where}, {parameter}: a logarithmic range begins above 0, not at {low}")
    return {**dimension, "low": low, "high": high}


def _taken(where: str, parameter: str, value: Any, recipe: Recipe) -> Any:
    """A value as the recipe takes it. Raises Refusal, with the range that is allowed, where it does not."""
    try:
        return recipe.with_parameters({parameter: value}).as_mapping().get(parameter, value)
    except Refusal as refusal:
        raise Refusal(f"{where}: {refusal}") from None
