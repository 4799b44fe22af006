"""The registry: names, facts and builders of all architectures, ours and those of other packages.

Ours are in the golden numbers, and `ARCHITECTURES` of the module that a golden line names. Another package brings one
in through the entry-point group "keras_comparison_suite.architectures": the name is the architecture's, the value is a
builder `(input_shape, num_classes, **options) -> keras.Model` whose keyword-only parameters are its options. A name
that the suite already has stays the suite's.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from suite.models.architecture import (
    RATES,
    Architecture,
    ArchitectureError,
    checked,
    kinds_of,
    options_of,
    reason,
    takes_any,
)
from suite.models.facts import golden, with_options
from suite.models.facts import of as facts_of
from suite.models.graph import without_weights
from suite.models.weights import sources

FAMILIES = "suite.models.families"
GROUP = "keras_comparison_suite.architectures"


def names() -> list[str]:
    """Every architecture that `build` takes: ours in the lineage's order, then those of other packages."""
    return [*golden.lines(), *_foreign()]


def _foreign() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in golden.lines()}


def loaded_kinds(name: str) -> tuple[dict[str, Any], bool]:
    """What the options of a builder take, and whether it takes any other too; loads another package's."""
    builder = _builder(name)
    return kinds_of(builder), takes_any(builder)


def defaults(name: str) -> dict[str, Any]:
    """The value of each option that a builder takes where none is given; None where one has to be."""
    return {
        option: None if parameter.default is parameter.empty else parameter.default
        for option, parameter in options_of(_builder(name)).items()
    }


def description(name: str) -> str:
    """What the docstrings say: the paper, the form for small images, the options, deviations from the paper."""
    builder = getattr(_builder(name), "func", _builder(name))
    ours = inspect.getdoc(inspect.getmodule(builder)) if name in golden.lines() else None
    return "\n\n".join(text for text in (ours, inspect.getdoc(builder)) if text)


def option_names(name: str) -> list[str]:
    """The options that a builder takes; without Keras for ours. Raises ArchitectureError for an unknown name."""
    _require(name)
    if name in golden.lines():
        return list(_options(name))
    return list(options_of(_builder(name)))


def facts(name: str) -> dict[str, Any]:
    """What is known of an architecture without building it: see `suite.models.facts.of`. Raises ArchitectureError for
    an unknown name."""
    _require(name)
    return facts_of(name, None if name in golden.lines() else _package(name))


def facts_with_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an architecture that is built with these options: see `suite.models.facts.with_options`."""
    _require(name)
    return with_options(facts(name), options)


def _package(name: str) -> str:
    """The distribution that another package's architecture comes in, or else its module."""
    point = _foreign()[name]
    return getattr(point.dist, "name", None) or point.module


def _options(name: str) -> dict[str, Any]:
    return {**golden.lines()[name]["options"], **sources.options(name)}


def estimate_macs(
    name: str, input_shape: tuple[int, int, int], num_classes: int, options: dict[str, Any] | None = None
) -> float | None:
    """Multiply-adds of one image without building: pinned, or scaled from what is; None for another package's.

    Of the options width and form are heeded, and no other.
    """
    _require(name)
    if name not in golden.lines():
        return None
    options = options or {}
    pinned = golden.counts(name, input_shape, num_classes)
    if pinned and not options:
        return float(pinned["macs"])
    return golden.estimate(name, input_shape, float(options.get("width", 1.0)), options.get("form", "auto"))


def build_untrained(name: str, input_shape: tuple[int, int, int], num_classes: int, **options: Any) -> Any:
    """As `building.build`, but without published weights: of `pretrained` only what it says about the net is heeded."""
    builder = _builder(name)
    shape = checked_shape(name, input_shape)
    if not isinstance(num_classes, int) or isinstance(num_classes, bool) or num_classes < 2:
        raise ArchitectureError(f"{name} needs at least 2 classes, not {num_classes!r}")
    options = checked(name, kinds_of(builder) | sources.options(name), options, takes_any(builder))
    if name in sources.SOURCES and options.pop(sources.PRETRAINED, None):
        options = sources.agreeing(name, options, defaults(name), shape)
    try:
        model = builder(shape, num_classes, **options)
        if not hasattr(model, "layers"):
            raise ArchitectureError(f"the builder of {name} gives no Keras model, but {type(model).__name__}")
        return model
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, ArchitectureError):
            raise
        given = ", ".join(f"{option}={value}" for option, value in options.items()) or "no options"
        size = "x".join(map(str, shape))
        raise ArchitectureError(f"{name} cannot be built for images of {size} with {given}: {reason(error)}") from error


def build_outline(name: str, input_shape: tuple[int, int, int], num_classes: int, **options: Any) -> Any:
    """As `build_untrained`, but with shapes in the place of weights: to be counted and listed, not computed with.

    Nothing is drawn or allocated, so ViT-L takes half a second. Another package's architecture is built as it is: its
    code may read the weights that it makes. Whatever a builder raises, full memory aside, is an ArchitectureError here.
    """
    try:
        with without_weights() if name in golden.lines() else nullcontext():
            return build_untrained(name, input_shape, num_classes, **options)
    except (ArchitectureError, MemoryError):
        raise
    except Exception as error:  # another package's builder can fail in any way
        raise ArchitectureError(f"{name} cannot be built: {type(error).__name__}: {reason(error)}") from error


def declared() -> dict[str, tuple[str, Architecture]]:
    """Every architecture that a module of this package declares, with the module's name; imports Keras."""
    found: dict[str, tuple[str, Architecture]] = {}
    for module in pkgutil.iter_modules(importlib.import_module(FAMILIES).__path__):
        if module.name.startswith("__"):
            continue
        loaded = importlib.import_module(f"{FAMILIES}.{module.name}")
        for name, architecture in getattr(loaded, "ARCHITECTURES", {}).items():
            if name in found:
                raise ArchitectureError(
                    f"{name!r} is declared by {found[name][0]}.py and by {module.name}.py: rename one"
                )
            found[name] = module.name, architecture
    return found


def other_function(name: str, options: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Which option makes two nets of an architecture compute something else with the same weights, as `skip=false, not
    true`; None where none does. What only shapes the weights, or acts in training alone, is not looked at."""
    for option, (mine, theirs) in differing(name, options, other).items():
        if option not in sources.FREE:
            return f"{option}={theirs}, not {mine}"
    return None


def differing(name: str, options: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The options in which two nets of an architecture differ, with both values, those of training alone aside."""
    mine, theirs = (_effective(name, chosen) for chosen in (options, other))
    return {
        option: (value, theirs.get(option))
        for option, value in mine.items()
        if option not in RATES and theirs.get(option) != value
    }


def _effective(name: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Every option's value; published weights bring some of their own."""
    published = sources.SOURCES[name].options if name in sources.SOURCES and chosen.get(sources.PRETRAINED) else {}
    own = {option: value for option, value in chosen.items() if option != sources.PRETRAINED}
    return {**defaults(name), **published, **own}


def _require(name: str) -> None:
    if name in golden.lines():  # without looking through the installed packages
        return
    if name not in names():
        ordered = sorted(names(), key=lambda other: -SequenceMatcher(None, name, other).ratio())
        hint = f" Did you mean {ordered[0]!r}?" if get_close_matches(name, ordered[:1]) else ""
        raise ArchitectureError(
            f"unknown architecture {name!r}.{hint} Valid, nearest first: {', '.join(ordered[:6])}; "
            f"python -m suite.models lists all {len(ordered)}"
        )


def _architecture(name: str) -> Architecture:
    module = importlib.import_module(f"{FAMILIES}.{golden.lines()[name]['module']}")
    return dict(module.ARCHITECTURES)[name]


@cache
def _builder(name: str) -> Any:
    _require(name)
    if name in golden.lines():
        return _architecture(name).builder
    try:
        builder = _foreign()[name].load()
        options_of(builder)
    except Exception as error:  # another package's import can fail in any way
        raise ArchitectureError(f"{name} of entry point {_foreign()[name].value!r} does not load: {error}") from error
    return builder


def checked_shape(name: str, input_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """The shape as three positive integers. Raises ArchitectureError if it is not, or too small; without Keras."""
    shape = tuple(input_shape) if isinstance(input_shape, Iterable) else ()
    if len(shape) != 3 or not all(isinstance(side, int) and side > 0 for side in shape):
        raise ArchitectureError(f"{name} takes images of (height, width, channels), not {input_shape!r}")
    least = golden.lines()[name]["min_size"] if name in golden.lines() else 1
    if min(shape[:2]) < least:
        raise ArchitectureError(
            f"{name} needs images of at least {least}x{least} pixels, not {shape[0]}x{shape[1]}: enlarge them"
        )
    return int(shape[0]), int(shape[1]), int(shape[2])
