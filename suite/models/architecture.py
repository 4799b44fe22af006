"""What an architecture is: a builder with options, and the facts that describe it. No Keras here."""

from __future__ import annotations

import inspect
import math
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import partial
from typing import Any, Literal

SMALL_IMAGE = 96
"""Pixels of the shorter side below which an ImageNet architecture takes its small-image form (CIFAR, Tiny ImageNet)."""

LOGITS, POOLED = "logits", "pooled"
"""Names of the layer that every family ends in, and of the vector that it reads, among a net's features."""

Form = Literal["auto", "small", "large"]
"""Option of the ImageNet families: `large` as published, `small` as it is done on CIFAR, `auto` by the image's size."""

RATES = ("dropout", "drop_path", "drop_block")
"""Options that say how likely something is left out in training: from 0, where nothing is, to below 1."""

Reference = tuple[tuple[int, int, int], int]
"""An input shape (height, width, channels) and a number of classes at which counts are pinned."""

Kind = str | list[Any] | None
"""What an option takes: "bool", "int", "float", a list of choices, or None for anything."""

CIFAR10: Reference = ((32, 32, 3), 10)
IMAGENET: Reference = ((224, 224, 3), 1000)
MNIST: Reference = ((32, 32, 1), 10)
TINY_IMAGENET: Reference = ((64, 64, 3), 200)


class ArchitectureError(ValueError):
    """An unknown architecture, a wrong option or an unfit image size: one clear sentence."""


class WeightsMissing(ArchitectureError):
    """Published weights that are not there and cannot be fetched: those who need none go on."""


def reason(error: BaseException) -> str:
    """What an error says in its first line that says anything: Keras wraps those of its layers, with colours."""
    lines = [line.strip() for line in re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()]
    told = (line for line in lines if line and not line.startswith("Exception encountered when calling"))
    return next(told, type(error).__name__)


@dataclass(frozen=True)
class Architecture:
    """One entry of a family's `ARCHITECTURES`.

    builder: `builder(input_shape, num_classes, **options) -> keras.Model`; its keyword-only parameters are the options,
        and their annotations (bool, int, float, str or a Literal) are what `build` checks. What tells variants of one
        family apart is bound in front with `functools.partial`, by position, and so is no option.
    depth: what the paper counts: weighted layers of the main path (convolutions and dense ones), or blocks where the
        family's docstring says so (the transformers, ConvNeXt, CoAtNet).
    references: where counts are pinned; the first is the one of the paper.
    min_size: the shortest side in pixels that the architecture can reduce to its last map.
    """

    builder: Callable[..., Any]
    family: str
    depth: int
    key_innovation: str
    year: int | None = None
    references: tuple[Reference, ...] = (IMAGENET, CIFAR10, TINY_IMAGENET)
    min_size: int = 8

    @property
    def options(self) -> dict[str, Kind]:
        return kinds_of(self.builder)


def small_form(form: str, input_shape: Sequence[int]) -> bool:
    """Whether images of this shape are to be treated as small, given the option `form`."""
    return min(input_shape[:2]) < SMALL_IMAGE if form == "auto" else form == "small"


def options_of(builder: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The named parameters of a builder after input shape and classes: its options. Ours are keyword-only.

    Raises ArchitectureError for what takes no shape and classes.
    """
    try:
        _shape, _classes, *others = inspect.signature(builder).parameters.values()
    except (TypeError, ValueError):
        raise ArchitectureError("a builder is a function of an input shape and a number of classes") from None
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {parameter.name: parameter for parameter in others if parameter.kind in named}


def kinds_of(builder: Callable[..., Any]) -> dict[str, Kind]:
    """What each option of a builder takes, from its annotation: as plain values, which the golden lines keep.

    Anything where the annotations of another package cannot be resolved.
    """
    try:
        hints = typing.get_type_hints(builder.func if isinstance(builder, partial) else builder)
    except Exception:  # another package's annotations can fail in any way
        hints = {}
    return {name: _kind(hints.get(name)) for name in options_of(builder)}


def _kind(hint: Any) -> Kind:
    if typing.get_origin(hint) is Literal:
        return list(typing.get_args(hint))
    return hint.__name__ if hint in (bool, int, float) else None


def takes_any(builder: Callable[..., Any]) -> bool:
    """Whether a builder has a `**options`."""
    return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(builder).parameters.values())


def checked(
    name: str, kinds: Mapping[str, Kind], options: Mapping[str, Any], any_other: bool = False
) -> dict[str, Any]:
    """The options, with numbers as the builder wants them.

    Raises ArchitectureError for an option that is not in `kinds`, unless `any_other` may be given, and for a value that
    its kind excludes.
    """
    for option in options:
        if option not in kinds and not any_other:
            ordered = sorted(kinds, key=lambda other: -SequenceMatcher(None, option, other).ratio())
            guess = get_close_matches(option, kinds, n=1)
            hint = f" Did you mean {guess[0]!r}?" if guess else ""
            raise ArchitectureError(
                f"{name} has no option {option!r}.{hint} Its options: {', '.join(ordered) or 'none'}"
            )
    return {option: _checked(name, option, value, kinds.get(option)) for option, value in options.items()}


def _checked(name: str, option: str, value: Any, kind: Kind) -> Any:
    """One value, compared with what its option takes; `width` must be above 0, a rate of dropping from 0 to below 1."""
    if isinstance(kind, list):
        if not any(type(choice) is type(value) and choice == value for choice in kind):  # True is no 1, nor is 1.0
            raise ArchitectureError(f"option {option} of {name} is one of {', '.join(map(str, kind))}, not {value!r}")
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "bool" and not isinstance(value, bool):
        raise ArchitectureError(f"option {option} of {name} is true or false, not {value!r}")
    if number and not math.isfinite(value):
        raise ArchitectureError(f"option {option} of {name} is a finite number, not {value!r}")
    if kind == "int" and (not number or value != int(value)):
        raise ArchitectureError(f"option {option} of {name} is a whole number, not {value!r}")
    if kind == "float" and not number:
        raise ArchitectureError(f"option {option} of {name} is a number, not {value!r}")
    if option == "width" and kind == "float" and not 0 < value < 1e3:
        raise ArchitectureError(
            f"option width of {name} multiplies the channels: it must be above 0 and below 1000, not {value!r}"
        )
    if option in RATES and kind == "float" and not 0 <= value < 1:
        raise ArchitectureError(f"option {option} of {name} is a rate of at least 0 and below 1, not {value!r}")
    if kind == "int":
        return int(value)
    return float(value) if kind == "float" else value
