"""The rows of a comparison: each candidate with its architecture, recipe, data and search, in their final form."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from suite import tasks
from suite.config.candidate import PRECISIONS, STARTS, Candidate
from suite.config.checks import NAME, count, mapping, one_of
from suite.config.layers import Layer, fitted, length_of, recipe_layer, recipe_of
from suite.config.search import SEARCH_KEYS, checked_search, space_of
from suite.config.sources import IMAGENET, Source, check_within, source_from, started
from suite.core.identity import in_words
from suite.core.refusals import Refusal, unknown
from suite.data.dataset import PLACES, SETTABLE, DataSpec
from suite.models import PRETRAINED, facts
from suite.training.recipe import CHOSEN, NotInUse, Recipe, neutral_values, parts
from suite.training.transfer.backbone_rate import USUAL

TEACHER = "STUDY/CANDIDATE, and `teacher` among the axes where not all have the same"
KEYS = ("architecture", "options", *STARTS, "recipe", "data", "search", "precision")


def candidates_from(cfg: Mapping[str, Any]) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The candidates of a composed configuration, and the names of those that were dropped. Raises Refusal."""
    typed = cfg["typed"]
    fitted(typed, lambda said: recipe_of([*cfg["layers"], said]))  # what is wrong for all is said without a name
    written, said = mapping("candidates", cfg["candidates"]), mapping("candidates", typed.get("candidates"))
    if "candidates" in typed and typed["candidates"] is None:
        said = dict.fromkeys(written)
    dropped = [name for name, value in {**written, **said}.items() if value is None]
    names = [name for name in {**written, **said} if name not in dropped]
    if not names:
        raise Refusal(f"study {cfg['study']!r} has no candidates: name at least one under `candidates:`")
    found = [_candidate(name, written.get(name), said.get(name), cfg) for name in names]
    check_within({candidate.name: [*candidate.sources.values()] for candidate, _ in found})
    _say_what_is_of_no_use(found)
    return tuple(candidate for candidate, _ in found), tuple(dropped)


def _candidate(name: str, written: Any, said: Any, cfg: Mapping[str, Any]) -> tuple[Candidate, list[NotInUse]]:
    """One candidate, from what the files say of it and what the command line says of it alone; and what the command
    line says of all, but it has no use for."""
    if not NAME.fullmatch(str(name)):
        raise Refusal(f"candidate {name!r}: a name has letters, digits and . _ + - only, for it is also a folder")
    own, last = (_sections(name, value) for value in (written, said))
    typed = {**cfg["typed"], "search": checked_search("search", cfg["typed"]["search"], SEARCH_KEYS)}
    typed["data"] = mapping("data", typed["data"])
    _say_what_is_overruled(name, own, typed, last)
    architecture = str(last["architecture"] or own["architecture"] or name)
    options = {**own["options"], **last["options"]}
    starts = {**own["starts"], **last["starts"]}
    weights = starts.get("weights")
    options = started(f"candidate {name}", architecture, options, weights)
    _check_architecture(f"candidate {name}", architecture, options)
    family = str(facts(architecture)["family"])

    def layers(said: Layer) -> list[Layer]:
        return [*cfg["layers"], {"own": True, "recipe": own["recipe"]}, said, {"own": True, "recipe": last["recipe"]}]

    try:
        recipe, not_in_use = fitted(typed, lambda said: recipe_of(layers(said), architecture, family))
    except Refusal as refusal:
        raise Refusal(f"candidate {name}: {refusal}") from None
    unused = {refusal.key for refusal in not_in_use}
    typed["recipe"] = {key: value for key, value in typed["recipe"].items() if key not in unused}
    _say_what_is_left_out(name, own, typed, last, recipe)
    recipe = _transferred(str(name), recipe, layers(typed), options, weights)
    task = tasks.get(cfg["task"])
    if (meant := parts("losses")[recipe.loss].of) != task.outputs:
        raise Refusal(
            f"candidate {name}: recipe.loss={recipe.loss} is for {meant}, not for {task.outputs} ({task.name})"
        )
    if task.boxes:
        try:
            recipe.check_boxes(task.name)
        except Refusal as refusal:
            raise Refusal(f"candidate {name}: {refusal}") from None
    data = {**mapping("data", cfg["data"]), **own["data"], **typed["data"], **last["data"]}
    search = {
        **checked_search("search", cfg["search"], SEARCH_KEYS),
        **own["search"],
        **typed["search"],
        **last["search"],
    }
    space = space_of(str(name), search.get("space"), recipe)
    spec = _data(data, cfg["dataset"], task.target)
    source = None if weights == IMAGENET else source_from(f"candidates.{name}.weights", weights)
    teacher = _teacher(str(name), recipe, starts.get("teacher"))
    said_of_length, images = length_of(layers(typed))
    images_seen = images if said_of_length == "images_seen" else None
    timed = said_of_length == "time"
    precision = one_of(f"precision of candidate {name}", _nearest("precision", last, own, cfg), PRECISIONS)
    found = Candidate(
        str(name), architecture, options, recipe, spec, images_seen, space, source, teacher, precision, timed
    )
    return found, not_in_use


def _nearest(key: str, *places: Mapping[str, Any]) -> Any:
    """The first word on something."""
    return next(place[key] for place in places if place[key] is not None)


def _teacher(name: str, recipe: Recipe, value: Any) -> Source | None:
    """Whose answers a candidate learns from. Raises Refusal where its loss wants a teacher and it has none, or v.v."""
    key, learns = f"candidates.{name}.teacher", parts("losses")[recipe.loss].teacher
    if value is None and learns:
        raise Refusal(f"candidate {name}: recipe.loss={recipe.loss} learns from a teacher: {key}={TEACHER}")
    if value is not None and not learns:
        raise Refusal(f"{key}={value} wants candidates.{name}.recipe.loss=distillation, which learns from it")
    return source_from(key, value)


def _transferred(
    name: str, recipe: Recipe, layers: Sequence[Layer], options: Mapping[str, Any], weights: Any
) -> Recipe:
    """The recipe of a candidate that starts from weights: without a word on what learns, the backbone gets a tenth of
    the rate. Raises Refusal where the recipe speaks of a backbone that nothing has trained."""
    used = recipe.of("transfer")
    if weights is None and not options.get(PRETRAINED):
        if used:
            raise Refusal(
                f"candidate {name}: recipe.{used[0].switch}={in_words(getattr(recipe, used[0].switch))} is for a "
                f"network that starts from weights, and this one starts at random: give it weights, as in "
                f"candidates.{name}.weights=STUDY/CANDIDATE"
            )
        return recipe
    switches = {part.switch for part in parts("transfer").values()}
    said = {key for layer in layers for key in layer.get("recipe") or {}} | {part.switch for part in used}
    if weights is None or said & switches:
        return recipe
    return recipe.with_parameters({"backbone_rate": USUAL})


def _sections(name: str, value: Any) -> dict[str, Any]:
    """What one place says of a candidate, each section a mapping. Raises Refusal for a key that no candidate has."""
    value = mapping(f"candidate {name}", value, KEYS)
    try:
        recipe = recipe_layer(value.get("recipe"))
    except Refusal as refusal:
        raise Refusal(f"candidate {name}: {refusal}") from None
    return {
        "architecture": value.get("architecture"),
        "starts": {key: value[key] for key in STARTS if key in value},
        "options": mapping(f"options of {name}", value.get("options")),
        "recipe": recipe,
        "data": mapping(f"data of {name}", value.get("data")),
        "search": checked_search(f"candidates.{name}.search", value.get("search", {}), ("space",)),
        "precision": value.get("precision"),
    }


def _say_what_is_overruled(
    name: str, own: Mapping[str, Any], typed: Mapping[str, Any], last: Mapping[str, Any]
) -> None:
    """The command line comes after the candidates: a value that it sets for all replaces a candidate's own."""
    for section in ("recipe", "data", "search"):
        for key, value in typed[section].items():
            if key in own[section] and key not in last[section] and own[section][key] != value:
                print(
                    f"note: {section}.{key}={in_words(value, 'null')} replaces candidate {name}'s own "
                    f"{in_words(own[section][key], 'null')}; candidates.{name}.{section}.{key}=... sets it apart",
                    file=sys.stderr,
                )
    for key in ("images_seen", "time"):
        if typed.get(key) is not None and "epochs" in own["recipe"] and "epochs" not in last["recipe"]:
            print(f"note: {key}={typed[key]} replaces candidate {name}'s own epochs", file=sys.stderr)


def _say_what_is_of_no_use(found: Sequence[tuple[Candidate, Sequence[NotInUse]]]) -> None:
    """Names the candidates that have no use for what is typed for all. Raises Refusal where none of them has."""
    for candidate, not_in_use in found:
        for refusal in not_in_use:
            if not any(refusal.key in other.recipe.numbers() for other, _ in found):
                raise refusal
            remedy = _remedy(candidate.name, refusal.key, candidate.recipe)
            print(f"note: {refusal}: it is left out of candidate {candidate.name}{remedy}", file=sys.stderr)


def _say_what_is_left_out(
    name: str, own: Mapping[str, Any], typed: Mapping[str, Any], last: Mapping[str, Any], recipe: Recipe
) -> None:
    """Another optimizer, schedule, loss or recipe leaves out numbers that were said of the one before it.

    What is said of all candidates and of this one alone may not know of each other, so what is left out is named.
    """
    for key, value in _left_out(typed["recipe"], last["recipe"], recipe):
        print(
            f"note: recipe.{key}={value} is not for candidate {name}, which has its own {_named(last['recipe'])}"
            f"{_remedy(name, key, recipe)}",
            file=sys.stderr,
        )
    if {"base", *CHOSEN} & last["recipe"].keys():
        return
    for key, value in _left_out(own["recipe"], {**typed["recipe"], **last["recipe"]}, recipe):
        print(
            f"note: {_named(typed['recipe'])} leaves out candidate {name}'s own {key}={value}"
            f"{_remedy(name, key, recipe)}",
            file=sys.stderr,
        )


def _left_out(said: Mapping[str, Any], nearer: Mapping[str, Any], recipe: Recipe) -> list[tuple[str, str]]:
    """What is said, of which no nearer place says anything, and which the recipe does not have all the same."""
    values = {**neutral_values(), **recipe.as_mapping()}
    apart = [key for key in said if key != "base" and key not in nearer and values.get(key) != said[key]]
    return [(key, in_words(said[key])) for key in apart]


def _named(values: Mapping[str, Any]) -> str:
    """The recipe and the parts that a place names, or all it says where it names none."""
    parts_named = {key: value for key, value in values.items() if key in ("base", *CHOSEN)} or values
    return ", ".join(f"{'recipe' if key == 'base' else key}={in_words(value)}" for key, value in parts_named.items())


def _remedy(name: str, key: str, recipe: Recipe) -> str:
    return f"; candidates.{name}.recipe.{key}=... sets it there" if key in recipe.as_mapping() else ""


def _check_architecture(who: str, architecture: str, options: Mapping[str, Any]) -> None:
    from suite import models

    try:
        kinds, any_other = models.facts(architecture)["options"], False
        if kinds is None and options:
            kinds, any_other = models.foreign_kinds(architecture)
        models.checked(architecture, kinds or {}, options, any_other)
    except models.ArchitectureError as error:
        raise Refusal(f"{who}: {error}") from None


def _data(values: Mapping[str, Any], dataset: str, target: str | None) -> DataSpec:
    from suite.data import dataset_names

    if dataset not in dataset_names():
        raise unknown("dataset", str(dataset), dataset_names())
    for key in values:
        if key not in SETTABLE:
            raise unknown("key of data", key, SETTABLE, "python -m suite.data --help")
    if dataset == "folder" and not values.get("path"):
        raise Refusal("dataset=folder needs data.path=DIR: a folder with one folder of pictures for each class")
    for key in ("train_examples", "validation_examples", "test_examples"):
        if values.get(key) is not None:
            count(f"data.{key}", values[key])
    places = {key: str(Path(str(values[key])).expanduser().resolve()) for key in PLACES if values.get(key)}
    if dataset == "folder":
        values = {**values, **places}
    return DataSpec(name=dataset, target=target, **values)
