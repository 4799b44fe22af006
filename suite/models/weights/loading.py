"""How weights from anywhere come into a net: layer by layer, by name, and nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from suite.models.architecture import LOGITS, ArchitectureError


class Unfit(ArchitectureError):
    """Weights are another net's. layers: those of the net for which there are none, in its order."""

    def __init__(self, text: str, layers: Sequence[str]) -> None:
        super().__init__(text)
        self.layers = tuple(layers)


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

    taken: layers that have the weights now. kept: layers of the head that were left at their start. refitted: those of
    the first whose tables of positions were brought to another size of image.
    """

    taken: tuple[str, ...]
    kept: tuple[str, ...]
    refitted: tuple[str, ...] = ()


def load(net: Any, weights: Weights, head: Collection[str] = (LOGITS,)) -> Loaded:
    """Give each layer of a net the weights of the layer that has its name there.

    Convolutions serve images of any size as they are; tables of positions are interpolated where a layer can (its
    `refitted`, from the other arrays to its own or None).
    head: layers that keep their beginning where there are none of their shape, such as the logits of other classes.
    Raises ArchitectureError, before anything is changed, where the weights cannot be had or another layer has none that
    fit: it would begin at random, and nobody would know.
    """
    held = weights.by_layer()
    fitting, missing = match(net, weights, held, head)
    for layer in net.layers:
        if layer.name in fitting:
            layer.set_weights(fitting[layer.name])
    refitted = tuple(name for name, values in fitting.items() if values is not held[name])
    return Loaded(tuple(fitting), tuple(missing), refitted)


def match(
    net: Any, weights: Weights, held: Mapping[str, Sequence[Any]], head: Collection[str]
) -> tuple[dict[str, Sequence[Any]], list[str]]:
    """What each layer of a net would get, by its name, and the layers of the head that would keep their beginning.

    held: what `weights` have for each layer. Raises Unfit, as `load`.
    """
    weighted = [layer for layer in net.layers if layer.weights]
    fitting = {layer.name: values for layer in weighted if (values := _fitted(layer, held.get(layer.name))) is not None}
    missing = [layer.name for layer in weighted if layer.name not in fitting]
    strange = [name for name in missing if name not in head]
    if strange:
        raise Unfit(
            f"{weights.whose} do not fit: they have none of its shape for layer {strange[0]!r} of {net.name}"
            f"{f' and {len(strange) - 1} more' if len(strange) > 1 else ''}; {weights.wanted}",
            strange,
        )
    return fitting, missing


def _fitted(layer: Any, values: Sequence[Any] | None) -> Sequence[Any] | None:
    """The arrays in the layer's shapes; None where they are another layer's."""
    if values is None or len(values) != len(layer.weights):
        return None
    if all(tuple(value.shape) == tuple(weight.shape) for value, weight in zip(values, layer.weights, strict=True)):
        return values
    refit = getattr(layer, "refitted", None)
    return None if refit is None else refit(values)
