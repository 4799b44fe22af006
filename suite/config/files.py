"""Studies, recipes, search spaces and budgets, found by name and read.

Studies are YAML files: of `studies/` in the current folder, then of a checkout's, then of the installed package's copy.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import yaml

from suite.core.refusals import Refusal, unknown

CONF = Path(__file__).parent / "conf"
PACKAGE = Path(__file__).parent.parent
INSTEAD = "instead"
"""The key of a recipe file under which it names other recipes."""


def study_files() -> dict[str, Path]:
    """Name to file; of two that are called the same the current folder's comes first, then a checkout's."""
    installed = PACKAGE / "studies"
    checkout = PACKAGE.parent / "studies"
    files: dict[str, Path] = {}
    for folder in (installed, checkout, Path.cwd() / "studies"):  # the last one wins
        files.update({path.stem: path for path in sorted(folder.glob("*.yaml"))})
    return files


def study_file(name: str) -> Path:
    """The file of a study. Raises Refusal for a name that none has, and for a path where a name is expected."""
    files = study_files()
    if name not in files:
        path = Path(name)
        if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
            raise Refusal(
                f"study={name}: expected a name, not a path; a file studies/{path.stem}.yaml in the current folder "
                f"({Path.cwd()}) is study={path.stem}"
            )
        raise unknown("study", name, files)
    return files[name]


def budget_names() -> list[str]:
    return _names("budget")


def recipe_values(name: str) -> dict[str, Any]:
    """The values of a recipe file. Raises Refusal for an unknown name."""
    values = _named("recipe", name)
    return {key: value for key, value in values.items() if key != INSTEAD}


def recipe_for(name: str, architecture: str, family: str) -> str:
    """The recipe that one stands for: a file may name another `instead` for an architecture, or for its family.

    Raises Refusal for an unknown name.
    """
    instead = _named("recipe", name).get(INSTEAD, {})
    return str(instead.get(architecture, instead.get(family, name)))


def recipe_names() -> list[str]:
    return _names("recipe")


def recipe_header(name: str) -> list[str]:
    """The lines of comment at the head of a recipe file: where it is from, and what deviates. Raises Refusal."""
    _named("recipe", name)
    lines = (CONF / "recipe" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("#").strip() for line in itertools.takewhile(lambda line: line.startswith("#"), lines)]


def budget_values(name: str) -> dict[str, Any]:
    """The values of a budget file. Raises Refusal for an unknown name."""
    return _named("budget", name)


def search_space(name: str) -> dict[str, Any]:
    """The dimensions of a search space file, and the `optimizers` it is for. Raises Refusal for an unknown name."""
    space = _named("search_space", name)
    if not isinstance(space.get("optimizers"), list):
        raise Refusal(f"search space {name} does not say which optimizers it is for, as in `optimizers: [sgd]`")
    return space


def space_for(optimizer: str) -> str | None:
    """The name of the search space that is meant for an optimizer; None where there is none."""
    return next((name for name in _names("search_space") if optimizer in search_space(name)["optimizers"]), None)


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


def recipe_text(text: str) -> Any:
    """What a command's argument says of a recipe: a name or a mapping, written as in a study. Raises Refusal."""
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise Refusal(f"{text!r} is neither a recipe's name nor {{key: value}}: {error}".splitlines()[0]) from None


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice in a mapping is an error: the first would vanish without a word.

    Keys are texts where YAML 1.1 takes a word for a truth value or for nothing: a candidate may be called `no`.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(str(key.value))
            if key.tag in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null") and key.value:
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


# YAML 1.1 takes 1e-3 for a text; the command line and everybody who writes one take it for a number.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)
