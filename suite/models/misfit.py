"""Why the weights of one net do not serve another, in the words in which a study asks for both; imports Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from suite.core.identity import in_words
from suite.models import registry
from suite.models.architecture import ArchitectureError
from suite.models.depth import depths
from suite.models.weights.loading import Unfit, match

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Outline:
    """A net as `Net` describes it, with the shapes of its weights alone, as `suite.models.Weights`."""

    name: str
    input_shape: Sequence[int]
    classes: int
    options: Mapping[str, Any]

    whose = "the weights to start from"
    wanted = "they are another net's"

    @cached_property
    def net(self) -> Any:
        height, width, channels = self.input_shape
        return registry.build_outline(self.name, (height, width, channels), self.classes, **self.options)

    def by_layer(self) -> dict[str, list[Any]]:
        import numpy as np

        return {layer: [np.zeros(shape, "float32") for shape in shapes] for layer, shapes in self.shapes.items()}

    @cached_property
    def shapes(self) -> dict[str, list[Shape]]:
        return {layer.name: [tuple(w.shape) for w in layer.weights] for layer in self.net.layers if layer.weights}


def misfit(net: Sequence[Any], source: Sequence[Any]) -> str | None:
    """Why weights of a net like `source` do not serve `net`, each as `Net` describes it; None where they do."""
    mine, theirs = Outline(*net), Outline(*source)
    try:
        head = [layer for layer, depth in depths(mine.net).items() if depth.head]
        match(mine.net, theirs, theirs.by_layer(), head)
        if left := _left_out(mine, theirs):
            return _unfit(mine, theirs, left[0])
        if mine.name == theirs.name and registry.other_function(mine.name, mine.options, theirs.options):
            return _other_function(mine, theirs)
    except Unfit as error:
        return _unfit(mine, theirs, error.layers[0])
    except ArchitectureError as error:
        return str(error)
    except MemoryError:
        return None
    return None


def _left_out(mine: Outline, theirs: Outline) -> list[str]:
    """The layers of their backbone that ours has not: half a network is no start."""
    backbone = [layer for layer, depth in depths(theirs.net).items() if not depth.head]
    return [layer for layer in backbone if layer in theirs.shapes and layer not in mine.shapes]


def _other_function(mine: Outline, theirs: Outline) -> str:
    one, other, remedy = _called(mine, theirs)
    return f"{one} and {other} compute different things with the same weights{remedy}"


def _unfit(mine: Outline, theirs: Outline, layer: str) -> str:
    """The sentence for the first layer without a counterpart."""
    one, other, remedy = _called(mine, theirs)
    alone = mine.name if layer in mine.shapes else theirs.name
    if mine.name != theirs.name:
        return (
            f"{mine.name} and {theirs.name} are different architectures ({layer} of {alone} has no counterpart); "
            "weights go from one to another of the same"
        )
    if layer not in theirs.shapes or layer not in mine.shapes:
        place = "first" if layer in mine.shapes else "second"
        return f"{one} and {other} have other layers ({layer} is in the {place} alone){remedy}"
    return f"{one} and {other} have {_difference(layer, mine.shapes[layer], theirs.shapes[layer])}{remedy}"


def _called(mine: Outline, theirs: Outline) -> tuple[str, str, str]:
    """What both are called by what tells them apart, and what would make the first fit."""
    names, remedies = [[mine.name], [theirs.name]], []
    if mine.name == theirs.name:
        for option, values in registry.differing(mine.name, mine.options, theirs.options).items():
            for words, value in zip(names, values, strict=True):
                words.append(f"{option}={in_words(value)}")
            remedies.append(f"options.{option}={in_words(values[1])}")
    if (sizes := [tuple(net.input_shape[:2]) for net in (mine, theirs)])[0] != sizes[1]:
        for words, (height, width) in zip(names, sizes, strict=True):
            words.append(f"at {height}x{width} pixels")
        remedies.append(f"data.image_size={sizes[1][0]}")
    if mine.input_shape[2] != theirs.input_shape[2]:
        for words, net in zip(names, (mine, theirs), strict=True):
            words.append("for grey images" if net.input_shape[2] == 1 else "for colour images")
        remedies = []
    one, other = (" ".join(words) for words in names)
    return one, other, f"; {' and '.join(remedies)} would fit" if remedies else ""


def _difference(layer: str, mine: Sequence[Shape], theirs: Sequence[Shape]) -> str:
    """`other channels (stem: 8 and 16)`."""
    for a, b in zip(mine, theirs, strict=False):
        if len(a) == len(b) and a != b:
            return _of_two(layer, a, b)
    return f"other weights ({layer}: {len(mine)} and {len(theirs)} arrays)"


def _of_two(layer: str, a: Shape, b: Shape) -> str:
    if len(a) == 4 and a[:2] != b[:2]:
        return f"other kernels ({layer}: {a[0]}x{a[1]} and {b[0]}x{b[1]})"
    if a[-1] != b[-1]:
        return f"other {'channels' if len(a) == 4 else 'widths'} ({layer}: {a[-1]} and {b[-1]})"
    if len(a) > 1 and a[-2] != b[-2]:
        return f"other inputs ({layer} reads {a[-2]:,} and {b[-2]:,} numbers)"
    return f"other shapes ({layer}: {'x'.join(map(str, a))} and {'x'.join(map(str, b))})"
