"""Parts of a recipe, each one file of a folder that holds their kind, and the numbers that they declare.

Whether two runs share a traced graph, what a search may try, what a recipe may say and what makes two runs the same all
derive from these declarations. To add a part, add its file: it is found by looking through the folder.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from suite.core.refusals import Refusal, unknown

Kind = Literal["traced", "structural", "switched"]
SWITCHED = ("transfer", "sampling", "updates", "averaging", "stopping", "augment")
"""The folders of parts that one of their own numbers switches on."""

KINDS = ("optimizers", "schedules", "losses", *SWITCHED)
"""The folders of suite.training that hold parts, in the order in which they act on a recipe."""


class _Nothing:
    """The neutral value of what has none."""

    def __repr__(self) -> str:
        return "none"


NOTHING = _Nothing()


@dataclass(frozen=True)
class Number:
    """One value that a recipe can set.

    default: also says the type: true or false, whole, real, a name, or a tuple of rising fractions of the training.
    kind: `traced` is a variable, another value is the same graph; `structural` is a constant of the graph, another
    value is another graph; `switched` is a variable that is left out of the graph where it is neutral.
    neutral: the value at which it changes nothing, so that it is no part of an identity.
    needs: the number without which, zero or false, it has no effect.
    pixels: whether it is a length in pixels, which must stay below the images' shorter side.
    divisible: of a whole number, whether it may have a fraction all the same; without one it stays whole.
    """

    name: str
    default: Any
    kind: Kind
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    neutral: Any = NOTHING
    choices: tuple[str, ...] = ()
    needs: str = ""
    pixels: bool = False
    divisible: bool = False
    tried: tuple[float, float] | None = None
    """Where a search looks that no file of search spaces says otherwise: from, to, on a logarithmic scale."""

    def converted(self, value: Any) -> Any:
        """The value in its type. Raises Refusal that names the number, the value and what would be right."""
        where = f"recipe.{self.name}"
        if isinstance(self.default, bool):
            if not isinstance(value, bool):
                raise Refusal(f"{where}={value!r}: expected true or false")
            return value
        if isinstance(self.default, str):
            if not isinstance(value, str):
                raise Refusal(f"{where}={value!r}: expected a name")
            if value not in self.choices:
                raise unknown(where, value, self.choices)
            return value
        if isinstance(self.default, tuple):
            return self._fractions(where, value)
        if not _is_number(value):
            kind = "whole " if isinstance(self.default, int) and not self.divisible else ""
            raise Refusal(f"{where}={value!r}: expected a {kind}number")
        whole = isinstance(self.default, int) and not (self.divisible and not float(value).is_integer())
        if whole and not float(value).is_integer():
            raise Refusal(f"{where}={value!r}: expected a whole number")
        if not self.low <= value <= self.high:
            bounds = f"at least {self.low:g}" if self.high == math.inf else f"between {self.low:g} and {self.high:g}"
            raise Refusal(f"{where}={value:g}: expected {bounds}")
        return int(value) if whole else float(value)

    def _fractions(self, where: str, value: Any) -> tuple[float, ...]:
        if not isinstance(value, list | tuple) or not all(_is_number(item) for item in value):
            raise Refusal(f"{where}={value!r}: expected a list of numbers")
        if list(value) != sorted(value) or not all(0 < item < 1 for item in value):
            raise Refusal(f"{where}={list(value)}: expected rising fractions between 0 and 1")
        return tuple(float(item) for item in value)

    def structure(self, value: Any) -> Any:
        """What of a value is part of the graph's structure; None for nothing."""
        if self.kind == "structural":
            return value
        if self.kind == "switched":
            return value != self.neutral
        return len(value) if isinstance(value, tuple) else None


@dataclass(frozen=True)
class Circumstances:
    """What a training meets that a recipe does not say.

    counts: of the classes' training images. channels: of the images. steps: of the optimizer, in the whole training.
    """

    counts: Sequence[int]
    channels: int
    steps: int
    backend: str

    @property
    def images_of_a_class(self) -> str | None:
        """How many images a class has, `900` or `125 to 131`, where that is as good as equal for all; else None."""
        known = [count for count in self.counts if count]
        if not known or max(known) > AS_GOOD_AS_EQUAL * min(known):
            return None
        return f"{min(known)}" if min(known) == max(known) else f"{min(known)} to {max(known)}"


AS_GOOD_AS_EQUAL = 1.05
"""How much larger the largest class may be."""


@dataclass(frozen=True)
class Part:
    """What every part declares; its kind's class adds what it does.

    version: raised when the same numbers come to mean another training: runs of different versions are different runs.
    source: the paper. summary: a line for tables. refuses: what is wrong with the numbers together, as a sentence, or
    None. idle: what of them changes nothing under these circumstances, as a phrase, or None: it is said, not refused.
    """

    name: str
    summary: str
    numbers: tuple[Number, ...] = ()
    version: int = 1
    source: str = ""
    refuses: Callable[[Mapping[str, Any]], str | None] | None = None
    idle: Callable[[Mapping[str, Any], Circumstances], str | None] | None = None

    def check(self, values: Mapping[str, Any]) -> None:
        """Raises Refusal where the part's numbers do not go together."""
        reason = self.refuses(values) if self.refuses else None
        if reason:
            raise Refusal(reason)

    def defaults(self) -> dict[str, Any]:
        return {number.name: number.default for number in self.numbers}


@dataclass(frozen=True, kw_only=True)
class Switched(Part):
    """A part that is in use where one of its numbers is not neutral. switch: that number."""

    switch: str

    def active(self, values: Mapping[str, Any]) -> bool:
        """Whether a recipe with these values uses the part."""
        neutral = next(number.neutral for number in self.numbers if number.name == self.switch)
        return bool(values.get(self.switch, neutral) != neutral)


@cache
def parts(kind: str) -> dict[str, Any]:
    """The parts of one kind by name, each `PART` of a module of that folder; without Keras."""
    package = importlib.import_module(f"suite.training.{kind}")
    found: dict[str, Any] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        part = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "PART", None)
        if part is not None:
            assert part.name not in found, f"two parts are called {part.name}"
            found[part.name] = part
    return found


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number that a float can hold."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False
