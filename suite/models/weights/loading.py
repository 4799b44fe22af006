"""How weights from anywhere come into a net: layer by layer, by name, and nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from suite.models.architecture import LOGITS, ArchitectureError


class Weights(Protocol):
    """Weights that some net has.

    whose: what they are called in a sentence; wanted: what a net must be to take them, as the rest of a sentence.
    """

    @property
    def whose(self) -> str: ...

    @property
    def wanted(self) -> str: ...

    def by_layer(self) -> Mapping[str, Sequence[Any]]:
        """For each layer that has weights its arrays, in the order of `layer.weights`.

        Raises ArchitectureError where they cannot be had.
        """
        ...


@dataclass(frozen=True)
class Loaded:
    """What came of loading, as names of layers in the net's order.

    taken: layers that have the weights now. kept: layers of the head that were left at their start.
    """

    taken: tuple[str, ...]
    kept: tuple[str, ...]


def load(net: Any, weights: Weights, head: Collection[str] = (LOGITS,)) -> Loaded:
    """Give each layer of a net the weights of the layer that has its name there.

    head: layers that keep their beginning where there are none of their shape, such as the logits of other classes.
    Raises ArchitectureError, before anything is changed, where the weights cannot be had or another layer has none that
    fit: it would begin at random, and nobody would know.
    """
    held = weights.by_layer()
    weighted = [layer for layer in net.layers if layer.weights]
    fitting = [layer for layer in weighted if _fits(layer, held.get(layer.name))]
    names = {layer.name for layer in fitting}
    missing = [layer.name for layer in weighted if layer.name not in names]
    strange = [name for name in missing if name not in head]
    if strange:
        raise ArchitectureError(
            f"{weights.whose} do not fit: they have none of its shape for layer {strange[0]!r} of {net.name}"
            f"{f' and {len(strange) - 1} more' if len(strange) > 1 else ''}; {weights.wanted}"
        )
    for layer in fitting:
        layer.set_weights(held[layer.name])
    return Loaded(tuple(layer.name for layer in fitting), tuple(missing))


def _fits(layer: Any, values: Sequence[Any] | None) -> bool:
    return values is not None and [tuple(value.shape) for value in values] == [
        tuple(weight.shape) for weight in layer.weights
    ]
