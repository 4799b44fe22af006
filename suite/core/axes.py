"""What a study lets differ on purpose: its axes, each the name of a single value or of a group of values.

A value has a dotted name: `recipe.learning_rate`, `options.width`, `data.train_examples`. A group is what stands before
the dot: `recipe`, `options`, `data`; `architecture` is the network with its options. What costs or feeds a candidate,
such as the weights that it starts from, is in no group: it is an axis only where its own name is given, so that no row
is ahead for having trained longer. An axis that names a part of the recipe, `recipe.loss`, lets the part's own numbers
differ, too: which those are, `suite.config.axes` knows, and a study's description says.
"""

from __future__ import annotations

from collections.abc import Iterable

GROUPS = ("architecture", "options", "recipe", "data")
FEEDING = frozenset({
    "recipe.epochs", "recipe.patience", "data.train_examples", "data.imbalance", "data.images", "data.image_size",
    "data.source_size", "data.crop_pct", "search.trials", "search.length", "weights", "teacher",
    "precision",
})  # fmt: skip
"""What costs or feeds a candidate."""

IMPLIED = {
    "data.train_examples": ("data.images", "recipe.epochs"),  # the budget counts images: fewer are seen more often
    "data.imbalance": ("data.images", "recipe.epochs"),
    **{f"data.{name}": ("data.hash", "test images") for name in ("image_size", "source_size", "crop_pct")},
    # other pixels of the same pictures
    "teacher": ("recipe.loss", "recipe.temperature", "recipe.alpha"),
    "weights": (  # what has a meaning only where a network starts from weights
        "options.pretrained",
        "recipe.freeze",
        "recipe.freeze_statistics",
        "recipe.backbone_rate",
        "recipe.layer_decay",
        "recipe.unfreeze",
    ),
}
"""What follows where a value is an axis."""


def covers(axis: str, value: str) -> bool:
    """Whether a value, by its dotted name, may differ where `axis` is an axis."""
    if axis == value or value in IMPLIED.get(axis, ()):
        return True
    group = value.partition(".")[0]
    return value not in FEEDING and (axis == group or (axis == "architecture" and group == "options"))


def on_axes(axes: Iterable[str], value: str) -> bool:
    """Whether a value may differ on any of the axes."""
    return any(covers(axis, value) for axis in axes)


def differing(values: Iterable[str]) -> str:
    """The values that rows differ in, as people are told it: no group covers what costs or feeds a candidate."""
    values = list(values)
    feeding = [value for value in values if value in FEEDING]
    hint = f" ({' and '.join(feeding)} only where `axes` says so by name)" if feeding else ""
    return ", ".join(values) + hint
