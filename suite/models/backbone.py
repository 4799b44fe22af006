"""What a net sees before it decides: named levels of maps, and the vector that its logits are read from.

Read from the built graph, so that no family has to say it, and a net for classification stays what it was:

"stride4"   the last map of the main path that has one row for each 4 rows of pixels, and likewise "stride1", "stride2"
            and so on, as the strides of convolutions and pools make it (a border lost without padding does not count)
"pooled"    what the layer of logits reads, its dropout included: one vector for each image.

The last map is the end of the last block at that reduction; what lies between blocks (stems, transitions, a
convolution or normalization before the mean) counts where every path goes through it. So the last level is the map
that becomes the pooled vector. Auxiliary classifiers are no part of it.

What is peculiar: An MLP has no level. LeNet-5's last is C5, one pixel on the images that it was made for. AlexNet, VGG
and the article CNNs flatten their maps: their last level comes before the average to a fixed size that is there for
the dense layers, and pooled is the last hidden layer, as it is for MobileNetV3, GhostNet and CoAtNet. ViT has one
level, its tokens without the class token, laid out as the map that they were cut from; where the classes are read from
the class token, no normalization came after the last addition.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from suite.models.architecture import LOGITS, POOLED, ArchitectureError
from suite.models.building import build
from suite.models.graph import Step, steps
from suite.models.layer_table import window
from suite.models.registry import build_outline

SOME_CLASSES = 2
"""A net is built with its logits, which the backbone leaves out."""

_BLOCK = re.compile(r"((?:stem|stage\d+)_block\d+)_")


def backbone(name: str, input_shape: tuple[int, int, int], **options: Any) -> Any:
    """A model as `build` makes it, published weights included, that gives a dictionary of its features.

    Levels first, by rising stride, float (batch, rows, columns, channels), then "pooled" (batch, channels). Raises
    ArchitectureError as `build`, and for another package's net that ends in no dense layer.
    """
    net = build(name, input_shape, SOME_CLASSES, **options)
    return _model(net, features(net))


def levels(name: str, input_shape: tuple[int, int, int], **options: Any) -> dict[str, tuple[int, int, int]]:
    """Rows, columns and channels of each level, by rising stride, without drawing or loading a weight."""
    found = features(build_outline(name, input_shape, SOME_CLASSES, **options))
    return {level: tuple(tensor.shape[1:]) for level, tensor in found.items() if level != POOLED}


def attached(net: Any, head: Any, frozen: bool = False) -> Any:
    """`head` (see `heads`) on a net that is built: the new model shares its layers, and its logits are left out.

    frozen: the net does not learn, and its batch normalization keeps its averages. Raises ArchitectureError as
    `backbone`, and where the head cannot read the net's features.
    """
    if frozen:
        for layer in net.layers:
            layer.trainable = False
    return _model(net, head(features(net)))


def _model(net: Any, outputs: Any) -> Any:
    import keras

    return keras.Model(net.inputs[0] if len(net.inputs) == 1 else net.inputs, outputs)


def features(net: Any) -> dict[str, Any]:
    """The features of a built net, or of an outline, as symbols of its graph."""
    found = steps(net)
    source, output = found[_classifier(net, found)].inputs[0]
    pooled = found[source].tensors[output]
    if len(pooled.shape) != 2:
        raise ArchitectureError(f"{net.name} reads its classes from {tuple(pooled.shape[1:])}, which is no vector")
    return {**_levels(found, source), POOLED: pooled}


def _classifier(net: Any, found: Sequence[Step]) -> int:
    """The last layer with weights on the way to the first output, which is the net's own where there are several."""
    last = net.outputs[0]
    number = next(number for number, step in enumerate(found) if any(tensor is last for tensor in step.tensors))
    while not getattr(found[number].layer, "weights", []):
        if len(found[number].inputs) != 1:
            raise ArchitectureError(f"{net.name} has no last layer of its own that reads the features")
        ((number, _),) = found[number].inputs
    return number


def backbone_steps(net: Any, found: Sequence[Step]) -> set[int]:
    """The numbers of the steps that the net's pooled vector, or where it has none its logits, come from.

    `found`: the net's steps. A net with the head of another task is known by its layer of logits.
    """
    named = [number for number, step in enumerate(found) if step.layer.name == LOGITS]
    ((source, _),) = found[named[0] if named else _classifier(net, found)].inputs
    return set(_path(found, source))


def _levels(found: Sequence[Step], last: int) -> dict[str, Any]:
    """The maps of the main path to a step, named by their strides."""
    path = _path(found, last)
    readers: dict[int, list[int]] = {number: [] for number in path}
    for number in path:
        for source, _ in found[number].inputs:
            readers[source].append(number)
    places: dict[int, _Place | None] = {}
    maps: dict[int, int] = {}
    farthest = -1
    for number in path:
        step = found[number]
        places[number] = place = _place(step, [places[source] for source, _ in step.inputs])
        everything_passes = farthest <= number
        farthest = max(farthest, *readers[number], number)
        block = _block(step)
        ends = everything_passes if block is None else any(_block(found[other]) != block for other in readers[number])
        if place and ends and step.inputs and not _prepares(step, [found[other] for other in readers[number]]):
            maps[place.stride] = number
    chosen = ((stride, maps[stride]) for stride in sorted(maps))
    return {f"stride{stride}": _as_map(found[number], places[number]) for stride, number in chosen}


def _path(found: Sequence[Step], last: int) -> list[int]:
    """Every step that a step depends on, and itself, in the order they run."""
    needed, open_ends = {last}, [last]
    while open_ends:
        sources = {source for source, _ in found[open_ends.pop()].inputs} - needed
        needed |= sources
        open_ends += sources
    return sorted(needed)


@dataclass(frozen=True)
class _Place:
    """How a map lies over the image. stride: pixels from row to row. Of tokens: the rows and columns that they were,
    and how many stand before these."""

    stride: int
    grid: tuple[int, int] | None = None
    before: int = 0


def _place(step: Step, sources: list[_Place | None]) -> _Place | None:
    """None for what is no map: vectors, gates of one number a channel, pools to a fixed size."""
    known = [place for place in sources if place]  # a map times a gate is a map
    shape, kind = step.output_shapes[0], type(step.layer).__name__
    if not step.inputs:
        return _Place(1) if len(shape) == 4 else None
    if not known or kind.startswith("Global"):
        return None
    place = max(known, key=lambda place: place.stride)
    if len(shape) == 4:
        stride = place.stride * window(step)[1]
        return None if place.grid or stride != int(stride) or stride < 1 else _Place(int(stride))
    if len(shape) != 3:
        return None
    if place.grid is None:
        rows, columns = (side or 1 for side in step.input_shapes[0][1:3])
        return replace(place, grid=(rows, columns)) if shape[1] == rows * columns else None
    more = (shape[1] or 0) - math.prod(place.grid) - place.before
    return replace(place, before=place.before + more) if more in (0, 1) else None


def _block(step: Step) -> str | None:
    """The block that a layer belongs to, by its name: our families call all of them alike."""
    match = _BLOCK.match(step.layer.name)
    return match[1] if match else None


def _prepares(step: Step, readers: Sequence[Step]) -> bool:
    """Whether a step only brings a map to the size that its reader wants: a border, or the average before dense
    layers."""
    kind = type(step.layer).__name__
    flattened = any(type(reader.layer).__name__ == "Flatten" for reader in readers)
    return kind.startswith(("ZeroPadding", "Cropping")) or ("AveragePooling" in kind and flattened)


def _as_map(step: Step, place: _Place | None) -> Any:
    """The step's map; of tokens, those that were a map, as it."""
    from keras import layers

    x = step.tensors[0]
    if place is None or place.grid is None:
        return x
    if place.before:
        x = layers.Cropping1D((place.before, 0), name="tokens_of_the_map")(x)
    return layers.Reshape((*place.grid, x.shape[-1]), name="map_of_the_tokens")(x)
