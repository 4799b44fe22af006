"""What a recipe can be made of: every part with its numbers, as they are declared, and the recipes that have a name."""

from __future__ import annotations

import math
import sys
import textwrap
from collections.abc import Callable

from suite.commandline import DONE, enter, parse
from suite.config.files import recipe_header, recipe_names, recipe_values
from suite.core.identity import in_words
from suite.core.refusals import unknown
from suite.training.recipe import CHOSEN, COMMON, Number, Recipe, every_name, parts
from suite.training.recipe.part import KINDS, NOTHING, Part

HELP = """
python -m suite.recipes [name=NAME]

Shows every part of a recipe (optimizers, schedules, losses, ...) with its numbers: default, range, the value at which
it changes nothing, and whether another value is the same traced graph (traced), another one (structural), or another
one only where it is off (switched). Below them the recipes that a study can name.
  name=NAME       one of these: where it is from, what deviates, and all of its values; or a part or a number: its lines
"""

KEYS: dict[str, Callable[[str], object]] = {"name": str}
TITLES = {
    "optimizers": "recipe.optimizer", "schedules": "recipe.schedule", "losses": "recipe.loss",
    "transfer": "what learns, and how fast, of a network that starts from weights",
    "sampling": "which images an epoch shows", "updates": "gradients and steps",
    "averaging": "weights that are evaluated and saved", "stopping": "before the last epoch", "augment": "augmentation",
}  # fmt: skip


def main(arguments: list[str]) -> int:
    name = parse(arguments, KEYS).get("name")
    print("\n".join(everything() if name is None else named(str(name))))
    return DONE


def everything() -> list[str]:
    """The lines of the whole table."""
    lines = ["every recipe", *_table([_row(number) for number in COMMON])]
    for kind in KINDS:
        lines += ["", TITLES.get(kind, kind)]
        for part in parts(kind).values():
            lines += _part(part)
    lines += ["", "recipes by name"]
    width = max(len(name) for name in recipe_names())
    return [*lines, *(f"  {name:<{width}}  {_in_short(recipe_header(name))}" for name in recipe_names())]


def named(name: str) -> list[str]:
    """The lines of one recipe, part or number. Raises Refusal for an unknown name."""
    found = [*_parts_called(name), *([*_table([_row(n) for n in COMMON if n.name == name])])]
    if name not in recipe_names() and found:
        return found
    if name not in recipe_names():
        every = {*recipe_names(), *every_name(), *(part for kind in KINDS for part in parts(kind))}
        raise unknown("recipe, part or value", name, every, "python -m suite.recipes")
    return _recipe(name)


def _parts_called(name: str) -> list[str]:
    """The lines of the parts that are called so, or have a number that is, or are of that choice."""
    lines: list[str] = []
    for kind in KINDS:
        chosen = next((choice for choice, of in CHOSEN.items() if of == kind), None)
        for part in parts(kind).values():
            if name in (part.name, kind, chosen) or name in part.defaults():
                lines += [*([TITLES.get(kind, kind)] if not lines else []), *_part(part)]
    return lines


def _part(part: Part) -> list[str]:
    head = f"  {part.name}: {part.summary}{f' ({part.source})' if part.source else ''}"
    return [head, *_table([_row(number) for number in part.numbers])]


def _recipe(name: str) -> list[str]:
    """The lines of one recipe: its file's header, and all of its values."""
    recipe = Recipe.from_mapping({**recipe_values(name), "name": name})
    values = recipe.as_mapping()
    width = max(map(len, values))
    return [*recipe_header(name), "", *(f"{key:<{width}}  {in_words(value)}" for key, value in values.items())]


def _row(number: Number) -> tuple[str, ...]:
    neutral = "" if number.neutral is NOTHING else f"off at {in_words(number.neutral)}"
    return number.name, in_words(number.default), _range(number), number.kind, neutral, number.meaning


def _range(number: Number) -> str:
    if number.choices:
        return " or ".join(number.choices)
    if isinstance(number.default, bool) or math.isinf(number.low):
        return ""
    return f"from {number.low:g}" if math.isinf(number.high) else f"{number.low:g} to {number.high:g}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "    " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _in_short(header: list[str]) -> str:
    return textwrap.shorten(" ".join(header).partition(": ")[0], 110, placeholder=" ...")


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
