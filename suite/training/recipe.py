"""A recipe: everything about how a candidate trains, as values that a file names and a search may change.

Imports neither Keras nor numpy: recipes are checked before anything heavy is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from suite.core.refusals import Refusal, unknown

RECIPE_VERSION = 2
"""Raised when the same values come to mean another training: runs of different versions are different runs.

2: a warm-up of no whole number of steps no longer overshoots the peak.
"""

OPTIMIZERS = ("sgd", "adam", "adamw")
SCHEDULES = ("constant", "cosine", "step")
PADDINGS = ("zero", "reflect")


@dataclass(frozen=True)
class Recipe:
    """How a candidate trains. Lengths within the training are fractions of it, so that a budget may set the epochs."""

    name: str = "custom"
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    """The peak, reached after the warm-up."""
    momentum: float = 0.9
    """Of SGD; Adam keeps its usual 0.9 and 0.999."""
    nesterov: bool = False
    weight_decay: float = 0.0
    """Coupled with the gradient (L2 on all weights but biases and norms) for sgd and adam; decoupled for adamw."""
    schedule: str = "constant"
    warmup: float = 0.0
    """Fraction of the training over which the rate rises linearly from zero to its peak."""
    milestones: tuple[float, ...] = ()
    """Fractions of the training at which the step schedule multiplies the rate by `decay`."""
    decay: float = 0.1
    epochs: int = 10
    batch_size: int = 128
    label_smoothing: float = 0.0
    flip: bool = False
    """Mirror left and right with probability one half."""
    shift: int = 0
    """Random crop of the image padded by this many pixels on each side."""
    shift_padding: str = "zero"
    """What the padding holds: zero (the training set's mean colour) or the image's reflection."""
    cutout: int = 0
    """Side in pixels of a square set to zero at a uniformly drawn centre (DeVries and Taylor 2017); 0 is off."""

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Recipe:
        """Check and convert plain values. Raises Refusal that names the wrong key or value and what would be right."""
        names = [field.name for field in fields(cls)]
        for key in mapping:
            if key not in names:
                raise unknown("value of the recipe", str(key), names)
        recipe = cls(**{key: _converted(key, value) for key, value in mapping.items()})
        _check(recipe)
        return recipe

    @classmethod
    def changed(cls, base: Mapping[str, Any], changes: Mapping[str, Any]) -> Recipe:
        """The base's values with changes. Raises Refusal as `from_mapping` does.

        Where a change names another optimizer or schedule, the numbers that belonged to the replaced one fall to the
        defaults of the new one.
        """
        values = dict(base)
        for chooser, owned in _OWNED.items():
            if chooser in changes and changes[chooser] != values.get(chooser, getattr(cls, chooser)):
                values = {key: value for key, value in values.items() if key not in owned}
                values |= _DEFAULTS.get(str(changes[chooser]), {})
        return cls.from_mapping({**values, **changes})

    def as_mapping(self) -> dict[str, Any]:
        """Plain values as JSON and YAML know them; `from_mapping` gives the recipe back."""
        return {**asdict(self), "milestones": list(self.milestones)}

    def with_parameters(self, parameters: Mapping[str, Any]) -> Recipe:
        """The recipe with what a search chose. Raises Refusal as `from_mapping` does."""
        return Recipe.from_mapping({**self.as_mapping(), **parameters})


_OWNED = {
    "optimizer": ("learning_rate", "momentum", "nesterov", "weight_decay"),
    "schedule": ("milestones", "decay"),
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "sgd": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": False, "weight_decay": 0.0005},
    "adam": {"learning_rate": 0.001, "weight_decay": 0.0},
    "adamw": {"learning_rate": 0.001, "weight_decay": 0.05},
}

_RANGES: dict[str, tuple[float, float]] = {
    "learning_rate": (1e-12, math.inf), "momentum": (0, 0.9999), "weight_decay": (0, math.inf), "warmup": (0, 1),
    "decay": (0, 1), "epochs": (1, math.inf), "batch_size": (1, math.inf), "label_smoothing": (0, 0.9999),
    "shift": (0, math.inf), "cutout": (0, math.inf),
}  # fmt: skip
_CHOICES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "shift_padding": PADDINGS}


def _converted(key: str, value: Any) -> Any:
    """One value as the type of its field. Raises Refusal."""
    kind = next(str(field.type) for field in fields(Recipe) if field.name == key)
    if kind == "str" and isinstance(value, str):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "float" and _is_number(value):
        return float(value)
    if kind == "int" and _is_number(value) and float(value).is_integer():
        return int(value)
    if kind.startswith("tuple") and isinstance(value, list | tuple) and all(_is_number(item) for item in value):
        return tuple(float(item) for item in value)
    expected = {"str": "a name", "bool": "true or false", "float": "a number", "int": "a whole number"}
    raise Refusal(f"recipe.{key}={value!r}: expected {expected.get(kind, 'a list of numbers')}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check(recipe: Recipe) -> None:
    for key, choices in _CHOICES.items():
        if getattr(recipe, key) not in choices:
            raise unknown(f"recipe.{key}", getattr(recipe, key), choices)
    for key, (low, high) in _RANGES.items():
        value = getattr(recipe, key)
        if not low <= value <= high:
            bounds = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
            raise Refusal(f"recipe.{key}={value:g}: expected {bounds}")
    if list(recipe.milestones) != sorted(recipe.milestones) or not all(0 < m < 1 for m in recipe.milestones):
        raise Refusal(f"recipe.milestones={list(recipe.milestones)}: expected rising fractions between 0 and 1")
    if recipe.schedule == "step" and not recipe.milestones:
        raise Refusal("recipe.schedule=step needs recipe.milestones, as in [0.5, 0.75]")
    if recipe.nesterov and (recipe.optimizer != "sgd" or recipe.momentum == 0):
        raise Refusal("recipe.nesterov=true needs recipe.optimizer=sgd with a momentum above 0")
