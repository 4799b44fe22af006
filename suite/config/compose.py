"""Studies, recipes, search spaces and budgets found by name, and composed with the command line by Hydra.

Hydra's compose API is used instead of its decorator: exit codes, refusals and folders stay ours, and nothing is
written. Studies are YAML files of `studies/` in the workspace's or the current folder, then of the installed package.
"""

from __future__ import annotations

import logging
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from suite.config.checks import NAME
from suite.core.refusals import Refusal, nearest_first, unknown

CONF = Path(__file__).parent / "conf"
PACKAGE = Path(__file__).parent.parent
OPEN = ("candidates.", "claims.")  # below these, the command line may add what the files do not have
FREE_TEXT = ("workspace", "data_dir", "instance", "title", "question", "paper", "stamp")
"""Keys whose values are taken as typed, and any that ends in `data.path`: Hydra's grammar has no `~` and no `é`."""


def study_files() -> dict[str, Path]:
    """Name to file, the current folder's `studies/` first, then the package's copy."""
    installed = PACKAGE / "studies"
    checkout = PACKAGE.parent / "studies"
    files: dict[str, Path] = {}
    for folder in (checkout, installed, Path.cwd() / "studies"):
        files.update({path.stem: path for path in sorted(folder.glob("*.yaml"))})
    return files


def study_file(name: str) -> Path:
    files = study_files()
    if name not in files:
        raise unknown("study", name, files)
    return files[name]


def budget_names() -> list[str]:
    return _names("budget")


def recipe_values(name: str) -> dict[str, Any]:
    """The values of a recipe file. Raises Refusal for an unknown name."""
    return _named("recipe", name)


def search_space(name: str) -> dict[str, Any]:
    """The dimensions of a search space file. Raises Refusal for an unknown name."""
    return _named("search_space", name)


def _names(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


def _named(group: str, name: str) -> dict[str, Any]:
    if name not in _names(group):
        raise unknown(group.replace("_", " "), str(name), _names(group))
    return read_yaml(CONF / group / f"{name}.yaml")


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping. Raises Refusal with file, line and column if it is not one."""
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Refusal(f"{path}{where} is not YAML: {getattr(error, 'problem', error)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise Refusal(f"{path} is not a mapping of keys to values")
    return value


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice in a mapping is an error: the first would vanish without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def quoted(text: str) -> str:
    """A text as Hydra's grammar takes any text; what is quoted already, empty or null stays as it is."""
    if text in ("", "null") or (len(text) > 1 and text[0] == text[-1] and text[0] in "'\""):
        return text
    return "'" + text.replace("'", "\\'") + "'"


def _quoted(argument: str) -> str:
    key, _, text = argument.partition("=")
    free = key.lstrip("+") in FREE_TEXT or key.endswith("data.path")
    return f"{key}={quoted(text)}" if free else argument


def compose(arguments: list[str]) -> dict[str, Any]:
    """The whole configuration for `key=value` arguments, as plain dictionaries. Raises Refusal."""
    given = _split(arguments)
    name = given.get("study")
    if name is None:
        raise Refusal(f"which study? study=NAME, one of: {', '.join(study_files())}")
    if name in study_files() and not NAME.fullmatch(name):
        raise Refusal(f"{study_file(name)}: a study's name has letters, digits and . _ + - only; rename the file")
    study = read_yaml(study_file(name))
    if given.get("budget", "laptop") not in budget_names():
        raise unknown("budget", given["budget"], budget_names())
    if "recipe" in given:
        recipe_values(given["recipe"])
    _check_keys(study, study_file(name))
    _check_candidates(study, given)
    _say_what_the_budget_overrules(study, given)
    if "recipe.epochs" in given and "images_seen" not in given:
        arguments = [*arguments, "images_seen=null"]  # a length in epochs outranks the budget's length in images
    return _hydra(name, study, arguments)


@cache
def root_keys() -> tuple[str, ...]:
    base = read_yaml(CONF / "config.yaml")
    return ("study", "budget", "recipe", *(key for key in base if key != "defaults"))


def _split(arguments: list[str]) -> dict[str, str]:
    """The raw text given for each key; refuses what is not key=value and keys whose first part is unknown."""
    given = {}
    for argument in arguments:
        key, equals, text = argument.partition("=")
        key = key.lstrip("+~")
        if not equals:
            raise Refusal(f"{argument!r} is not key=value. Keys: {', '.join(nearest_first(argument, root_keys()))}")
        if key.split(".")[0] not in root_keys():
            raise unknown("key", key, root_keys())
        given[key] = text
    return given


def _check_keys(study: dict[str, Any], path: Path) -> None:
    budgets = study.get("budgets") or {}
    for budget in budgets:
        if budget not in budget_names():
            raise unknown(f"budget in {path}:", budget, budget_names())
    for values in (study, *(value or {} for value in budgets.values())):
        for key in values:
            if key not in root_keys() and key != "budgets":
                raise unknown(f"key in {path}:", key, root_keys())


def _check_candidates(study: dict[str, Any], given: dict[str, str]) -> None:
    """A candidate that the study does not have must bring its architecture, else its name is misspelt."""
    known = study.get("candidates") or {}
    for key in given:
        head, _, rest = key.partition(".")
        name = rest.partition(".")[0]
        brought = {f"candidates.{name}", f"candidates.{name}.architecture"} & given.keys()
        if head == "candidates" and name and name not in known and not brought:
            raise unknown("candidate", name, known)


def _say_what_the_budget_overrules(study: dict[str, Any], given: dict[str, str]) -> None:
    """The budget comes after the study: what a study sets beside its `budgets` has no effect, which nobody expects.

    Said for the default budget alone; who types `smoke` wants less than the study says.
    """
    budget = given.get("budget", "laptop")
    if budget != "laptop":
        return
    own, values = (study.get("budgets") or {}).get(budget) or {}, _named("budget", budget)
    for path in ("seeds", "images_seen", "search.trials"):
        asked, set_by_budget = _at(study, path), _at(values, path)
        if path not in given and _at(own, path) is None and asked not in (None, set_by_budget):
            print(
                f"note: {path}={asked} of the study gives way to the budget's {set_by_budget}: set it below "
                "`budgets: {laptop: ...}`, or on the command line",
                file=sys.stderr,
            )


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _hydra(name: str, study: dict[str, Any], arguments: list[str]) -> dict[str, Any]:
    from hydra import compose as hydra_compose
    from hydra import initialize_config_module
    from hydra.core.config_store import ConfigStore
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    store, study = ConfigStore.instance(), dict(study)
    for budget, values in (study.pop("budgets", None) or {}).items():
        store.store(group="special", name=f"{name}_{budget}", node=dict(values or {}), package="_global_")
    recipe = study.pop("recipe", None)
    recipe = {"base": recipe} if isinstance(recipe, str) else dict(recipe or {})
    base = recipe.pop("base", "standard")
    recipe_values(base)
    node: dict[str, Any] = {**study, "study": name, "defaults": ["_self_", {"override /recipe": base}]}
    if recipe:
        node["recipe"] = recipe
    store.store(group="study", name=name, node=node, package="_global_")
    logging.getLogger("hydra").setLevel(logging.ERROR)
    GlobalHydra.instance().clear()
    overrides = [_quoted("++" + a if a.startswith(OPEN) else a) for a in arguments]
    try:
        with initialize_config_module("suite.config.conf", version_base="1.3"):
            composed = OmegaConf.to_container(hydra_compose("config", overrides), resolve=True)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise _refusal(error, arguments) from None
    assert isinstance(composed, dict)
    chosen = next((a.partition("=")[2] for a in arguments if a.startswith("recipe=")), base)
    composed["recipe"] = {"name": chosen, **composed["recipe"]}
    return {str(key): value for key, value in composed.items()}


def _refusal(error: Exception, arguments: list[str]) -> Refusal:
    """Hydra's complaint as one sentence: for a key that does not exist, the keys that do, nearest first."""
    for argument in arguments:
        key = argument.partition("=")[0].lstrip("+")
        head, _, rest = key.partition(".")
        if head == "recipe" and rest and rest not in (valid := recipe_values("standard")):
            return unknown("value of the recipe", rest, valid)
        if head in ("data", "search") and rest and rest not in (valid := read_yaml(CONF / "config.yaml")[head]):
            return unknown(f"key of {head}", rest, valid)
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return Refusal(first)
