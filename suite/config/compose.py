"""A study's file, its budget and the command line composed into one configuration, by Hydra.

What is nearer to the command line wins: defaults < recipe < budget < study < the study's word on that budget <
candidate < command line. The files are merged by Hydra, in that order. What the command line says of recipe, data,
search and candidates stands apart, under `typed`, for it comes after the candidates; recipes stay layers, for naming
another optimizer changes what the numbers below mean (suite.config.layers folds them). How a value goes on from there
to the optimizer is told in suite.training.recipe.

Hydra's compose API is used instead of its decorator: exit codes, refusals and folders stay ours, and nothing is
written.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from suite.config.checks import NAME, mapping
from suite.config.files import CONF, budget_names, budget_values, read_yaml, study_file, study_files
from suite.config.layers import recipe_layer
from suite.core.refusals import ELSEWHERE, Refusal, nearest_first, unknown

APART = ("recipe", "data", "search", "candidates")
"""Sections in which a candidate has its word too: what the command line says of them stands under `typed`."""

FREE_TEXT = (
    "workspace", "data_dir", "from", "storage.mlflow", "storage.optuna", "instance", "title", "question", "paper",
    "stamp",
)  # fmt: skip
"""Keys whose values are taken as typed, and any that ends in one of `ENDS`: Hydra's grammar has no `~` and no `é`."""

ENDS = ("data.path", "data.group")

LENGTHS = ("images_seen", "time")
"""What sets the length of a training, beside the recipe's epochs (suite.config.layers.length_of)."""

IMAGES = ("data.train_examples", "data.validation_examples", "data.test_examples")
SIZES = ("seeds", "images_seen", "search.trials", *IMAGES, "recipe.epochs")
"""What a budget is there to set; recipe.epochs takes the place of its images_seen."""


def quoted(text: str) -> str:
    """A text as Hydra's grammar takes any text; what is quoted already, empty or null stays as it is."""
    if text in ("", "null") or (len(text) > 1 and text[0] == text[-1] and text[0] in "'\""):
        return text
    # Backslashes are themselves, but before a quotation mark and at the end.
    return "'" + re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + found[2].replace("'", "\\'"), text) + "'"


def compose(arguments: list[str]) -> dict[str, Any]:
    """The whole configuration for `key=value` arguments, as plain dictionaries. Raises Refusal.

    Beside the keys of conf/config.yaml it has `typed`, the command line's word on what candidates have a word on, and
    `layers`, what budget, study and the study's word on that budget say of `recipe`, `images_seen` and `time`, in this
    order.
    """
    given = _split(arguments)
    name, budget = given.get("study"), given.get("budget", "laptop")
    if name is None:
        raise Refusal(f"which study? study=NAME, one of: {', '.join(study_files())}")
    if name in study_files() and not NAME.fullmatch(name):
        raise Refusal(f"{study_file(name)}: a study's name has letters, digits and . _ + - only; rename the file")
    study = read_yaml(study_file(name))
    if budget not in budget_names():
        raise unknown("budget", budget, budget_names())
    _check_keys(study, study_file(name))
    special = mapping(f"budgets.{budget}", mapping("budgets", study.pop("budgets", None)).get(budget))
    # A candidate with nothing to say is one all the same: null drops a candidate only where it was there before.
    study["candidates"] = {k: v or {} for k, v in mapping("candidates", study.get("candidates")).items()}
    changed = mapping(f"budgets.{budget}.candidates", special.get("candidates"))
    for candidate, value in changed.items():
        if value is None and candidate not in study["candidates"]:
            raise unknown(f"candidate in budgets.{budget} of {study_file(name)}:", candidate, study["candidates"])
    _check_candidates({**study["candidates"], **changed}, given)
    layers = [_layer(values) for values in (budget_values(budget), study, special)]
    _say_what_the_study_overrules(name, budget, study, special, given)
    composed = _hydra(name, budget, study, special, arguments)
    typed = {"recipe": {}, "data": {}, "search": {}, **composed.pop("typed")}
    typed |= {key: composed[key] for key in LENGTHS if key in given}
    return {**composed, "study": name, "layers": layers, "typed": {**typed, "recipe": recipe_layer(typed["recipe"])}}


@cache
def root_keys() -> tuple[str, ...]:
    return ("study", "budget", "recipe", *(key for key in _base() if key not in ("defaults", "typed")))


@cache
def _base() -> dict[str, Any]:
    return read_yaml(CONF / "config.yaml")


def _layer(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: values[key] for key in LENGTHS if key in values}, "recipe": recipe_layer(values.get("recipe"))}


def _split(arguments: list[str]) -> dict[str, str]:
    """The raw text given for each key; refuses what is not key=value and keys whose first part is unknown."""
    given = {}
    for argument in arguments:
        key, equals, text = argument.partition("=")
        key = key.lstrip("+~")
        if not equals:
            meant = f" Did you mean study={argument}?" if argument in study_files() else ""
            raise Refusal(
                f"{argument!r} is not key=value.{meant} Keys: {', '.join(nearest_first(argument, root_keys()))}"
            )
        if key.split(".")[0] not in root_keys():
            if inner := _inside(key):
                raise Refusal(f"unknown key {key!r}. Did you mean {inner}={text}?")
            raise unknown("key", key, root_keys(), "python -m suite.run --help")
        section, own, inner = key.partition(".")
        known = {} if section in APART else _base().get(section)
        if own and isinstance(known, Mapping) and known and inner.partition(".")[0] not in known:
            raise unknown(f"key of {section}", inner.partition(".")[0], known)
        given[key] = text
    return given


def _inside(key: str) -> str:
    """The key of the recipe or the data that has this name, `recipe.epochs` for `epochs`; empty where none has it."""
    from suite.data.dataset import SETTABLE
    from suite.training.recipe.recipe import every_name

    name = ELSEWHERE.get(key.lower(), key)
    parts = {"recipe": every_name(), "data": SETTABLE}
    return next((f"{part}.{name}" for part, names in parts.items() if name in names), "")


def _check_keys(study: dict[str, Any], path: Any) -> None:
    budgets = mapping("budgets", study.get("budgets"))
    for budget in budgets:
        if budget not in budget_names():
            raise unknown(f"budget in {path}:", budget, budget_names())
    for values in (study, *(mapping(f"budgets.{name} in {path}", value) for name, value in budgets.items())):
        for key in values:
            if key not in root_keys() and key != "budgets":
                raise unknown(f"key in {path}:", key, root_keys(), "python -m suite.run --help")


def _check_candidates(known: Mapping[str, Any], given: dict[str, str]) -> None:
    """A candidate that the study does not have must bring its architecture, else its name is misspelt."""
    for key, text in given.items():
        head, _, rest = key.partition(".")
        name = rest.partition(".")[0]
        brought = {f"candidates.{name}", f"candidates.{name}.architecture"} & given.keys()
        if head == "candidates" and name and name not in known and (not brought or text == "null"):
            raise unknown("candidate", name, known)


def _say_what_the_study_overrules(
    name: str, budget: str, study: Mapping[str, Any], special: Mapping[str, Any], given: Mapping[str, str]
) -> None:
    """A study's own sizes hold under every budget, smoke's too: said in one line, for it may take longer than meant."""
    values, found = budget_values(budget), []
    for path in SIZES:
        other = "images_seen" if path == "recipe.epochs" else path
        asked, replaced = _at(study, path), _at(values, other)
        nearer = {path, other} & given.keys() or any(_at(special, p) is not None for p in (path, other))
        if asked is not None and asked != replaced and not nearer and not (replaced is None and other != path):
            said = "auto" if isinstance(asked, Mapping) else asked
            found.append(f"{path}={said} (not {other}={'null' if replaced is None else replaced})")
    if found:
        print(
            f"note: of budget {budget}'s sizes, study {name} sets its own: {', '.join(found)}; what is to hold under "
            f"one budget alone stands below `budgets: {{{budget}: ...}}`",
            file=sys.stderr,
        )


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _override(argument: str) -> str:
    """An argument as Hydra's grammar takes it, in the place where it belongs."""
    key, _, text = argument.partition("=")
    key = key.lstrip("+")
    if key == "recipe" and text[:1] not in ("{", "") and text != "null":
        key = "recipe.base"
    if key == "seeds.most":
        key, text = "seeds", f"{{most:{text}}}"
    if key == "seeds" and text.startswith("{"):
        key = "++seeds"  # a number has no keys that these could replace
    if key in FREE_TEXT or key.endswith(ENDS):
        text = quoted(text)
    if key.split(".")[0] in APART:
        key = f"++typed.{key}"
    elif key.startswith("claims."):
        key = f"++{key}"
    return f"{key}={text}"


@contextmanager
def _stored(name: str, budget: str, study: Mapping[str, Any], special: Mapping[str, Any]) -> Iterator[None]:
    """Hydra's store, which all of a process shares, with this study alone, and as it was before afterwards."""
    from hydra.core.config_store import ConfigStore

    store, groups = ConfigStore.instance(), ("study", "special")
    before = {group: store.repo.pop(group, None) for group in groups}
    try:
        for group, node in (("study", {**study, "study": name}), ("special", special)):
            node = {key: value for key, value in node.items() if key != "recipe"}
            store.store(group=group, name=name if group == "study" else budget, node=node, package="_global_")
        yield
    finally:
        for group in groups:
            store.repo.pop(group, None)
        store.repo.update({group: nodes for group, nodes in before.items() if nodes is not None})


def _hydra(
    name: str, budget: str, study: Mapping[str, Any], special: Mapping[str, Any], arguments: list[str]
) -> dict[str, Any]:
    from hydra import compose as hydra_compose
    from hydra import initialize_config_module
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    logging.getLogger("hydra").setLevel(logging.ERROR)
    GlobalHydra.instance().clear()
    overrides = [_override(argument) for argument in arguments]
    try:
        with _stored(name, budget, study, special), initialize_config_module("suite.config.conf", version_base="1.3"):
            composed = OmegaConf.to_container(hydra_compose("config", overrides), resolve=True)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise Refusal(first) from None
    assert isinstance(composed, dict)
    return {str(key): value for key, value in composed.items()}
