"""The losses, one file each: what the training makes small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Part


@dataclass(frozen=True, kw_only=True)
class Loss(Part):
    """compute: from outputs, targets and the part's numbers to each image's loss (n,), with Keras' operations.

    of: what outputs it is for, which a task declares too; for "classes" they are logits (n, classes), and targets have
    "label", (n,) whole numbers. Numbers that are traced or switched arrive as scalars of the backend, structural ones
    as Python's.
    """

    compute: Callable[[Any, Mapping[str, Any], Mapping[str, Any]], Any]
    of: str = "classes"
    mixed: Callable[[Any, Mapping[str, Any], Mapping[str, Any], Any, Mapping[str, Any]], Any] | None = None
    """From outputs, both images' targets, the first one's shares (n,) and the numbers to each mixed image's loss; None:
    the mean for either's targets, by their shares."""
    teacher: bool = False
    """Whether it learns from another run's network, whose logits (n, classes) are the target "teacher"."""
    class_weights: Callable[[Any, Mapping[str, Any]], Any] | None = None
    """From the classes' numbers of training images and the recipe's values to the weights (classes,) that `compute`
    finds among its numbers; None where it asks for none."""
