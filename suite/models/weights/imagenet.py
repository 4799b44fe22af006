"""ImageNet weights of keras.applications in our architectures.

Which of their layers holds which weights of ours is said by `source_names` of `applications/<module>.py` beside this,
where <module> is the file that declares the architecture.
"""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from suite.models.architecture import SMALL_IMAGE, ArchitectureError, WeightsMissing, reason
from suite.models.blocks.normalization import BatchNormalization
from suite.models.facts import golden
from suite.models.graph import steps
from suite.models.registry import build_untrained, facts
from suite.models.weights.files import published_file
from suite.models.weights.sources import PRETRAINED, SOURCES

Values = dict[str, np.ndarray]
"""Weights of one layer by name."""


@dataclass(frozen=True)
class Published:
    """The weights that keras.applications calls "imagenet", for a net that `build` made of the architecture `name`.

    They come from its cache or the network. The pixels must go through `SOURCES[name].normalization`.
    """

    name: str

    @property
    def whose(self) -> str:
        return f"the weights of pretrained=imagenet for {self.name}"

    @property
    def wanted(self) -> str:
        return f"they are for colour images, width=1 and, below {SMALL_IMAGE} pixels, form=large"

    def by_layer(self) -> Mapping[str, Sequence[Any]]:
        return _imagenet(self.name)


@lru_cache(maxsize=1)  # each trial and seed of a study begins with them
def _imagenet(name: str) -> dict[str, list[np.ndarray]]:
    """The published weights of each of our layers, by its name."""
    source = SOURCES[name]
    try:
        theirs = getattr(keras.applications, source.constructor)(weights="imagenet", classifier_activation=None)
    except Exception as error:  # what Keras raises when a download fails is an Exception, nothing narrower
        file = published_file(name, {PRETRAINED: "imagenet"})
        assert file is not None
        if file.path.is_file():
            raise ArchitectureError(
                f"weights: imagenet of {name}: {file.path} could not be read: {reason(error)}; delete it where it is "
                "damaged, and it is fetched again"
            ) from error
        raise WeightsMissing(
            f"weights: imagenet: {file.name} could not be fetched: put it into {file.path.parent} and type the command "
            f"again ({reason(error)})"
        ) from error
    model = copy_from_applications(theirs, name, **source.options)
    if source.reversed_channels:
        first = next(layer for layer in model.layers if layer.weights)
        kernel, *rest = first.get_weights()
        first.set_weights([kernel[:, :, ::-1], *rest])
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def copy_from_applications(source_model: Any, name: str, **options: Any) -> Any:
    """The architecture `name`, built for the images and classes of `source_model`, with that model's weights.

    source_model: one of keras.applications' models with its head. options: those of our builder, with which both
    compute the same (`SOURCES`). A bias that a norm follows in ours is taken off that norm's moving mean; a norm
    without scale or offset gives ones or zeros. Raises ArchitectureError for whatever does not fit.
    """
    shape, classes = _input_shape(source_model, name), int(source_model.output_shape[-1])
    model = build_untrained(name, shape, classes, **options)
    weighted = [layer for layer in model.layers if layer.weights]
    sources, names = _layers_by_name(source_model), _source_names(name)
    unknown = names.keys() - {layer.name for layer in weighted}
    if unknown:
        raise ArchitectureError(f"{name} has no layer {min(unknown)!r}, of which its source_names speak")
    values: dict[str, Values] = {}
    biases: Values = {}
    for layer in weighted:
        theirs = sources.get(names.get(layer.name, ""))
        if theirs is None:
            wanted = f"called {names[layer.name]!r}" if layer.name in names else "named for it"
            raise ArchitectureError(
                f"layer {layer.name!r} of {name} has no source: {source_model.name} has no layer {wanted}"
            )
        values[layer.name], bias = _values(layer, theirs, name)
        if bias is not None:
            biases[layer.name] = bias
    _fold(model, biases, values, name)
    for layer in weighted:
        for weight in layer.weights:
            weight.assign(values[layer.name][weight.name])
    return model


def _input_shape(source_model: Any, name: str) -> tuple[int, int, int]:
    """The source's, or the paper's where the source takes any size."""
    found = source_model.input_shape[1:]
    height, width, channels = facts(name)["input_shape"] if None in found else found
    return height, width, channels


def _source_names(name: str) -> dict[str, str]:
    module = f"{__package__}.applications.{golden.lines()[name]['module']}" if name in golden.lines() else ""
    try:
        return dict(importlib.import_module(module).source_names(name)) if module else {}
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise ArchitectureError(f"nobody has said where keras.applications keeps the weights of {name}") from error


def _layers_by_name(model: Any) -> dict[str, Any]:
    """Every layer, those of models within it too. Names that Keras numbered are counted from this model's first.

    Keras counts on from model to model: the second Xception of a process begins with conv2d_4.
    """
    found = {layer.name: layer for layer in _every_layer(model)}
    numbered: dict[str, list[tuple[int, Any]]] = {}
    for layer in found.values():
        match = re.fullmatch(r"(conv2d|batch_normalization)(?:_(\d+))?", layer.name)
        if match:
            numbered.setdefault(match[1], []).append((int(match[2] or 0), layer))
    for kind, layers in numbered.items():
        first = min(number for number, _ in layers)
        for number, layer in layers:
            found[f"{kind}_{number - first}" if number > first else kind] = layer
    return found


def _every_layer(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _every_layer(layer)


def _values(layer: Any, theirs: Any, name: str) -> tuple[Values, np.ndarray | None]:
    """What each weight of our layer gets, and a bias for which it has no place."""
    held: Values = dict(zip([weight.name for weight in theirs.weights], theirs.get_weights(), strict=True))
    wanted = {weight.name: tuple(weight.shape) for weight in layer.weights}
    where = f"layer {layer.name!r} of {name} and its source {theirs.name!r}"
    if "kernel" in wanted and "pointwise_kernel" in held:  # ours does in two layers what theirs does in one
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            held = {"kernel": held["depthwise_kernel"]}
        else:
            held["kernel"] = held.pop("pointwise_kernel")
            del held["depthwise_kernel"]
    elif len(held) == len(wanted) == 1:  # a lone weight may be called anything
        held = dict(zip(wanted, held.values(), strict=True))
    if "moving_mean" in wanted and "moving_mean" in held:
        held = {"gamma": np.ones_like(held["moving_mean"]), "beta": np.zeros_like(held["moving_mean"]), **held}
    bias = None if "bias" in wanted else held.pop("bias", None)
    if held.keys() != wanted.keys():
        raise ArchitectureError(f"{where} hold different weights: {', '.join(wanted)} and {', '.join(held)}")
    epsilons = getattr(layer, "epsilon", 0.0), getattr(theirs, "epsilon", 0.0)
    if not math.isclose(*epsilons, rel_tol=1e-6):
        raise ArchitectureError(f"{where} add different numbers to their variances: {epsilons[0]} and {epsilons[1]}")
    fitted: Values = {}
    for weight, shape in wanted.items():
        value = _fitted(held[weight], shape)
        if value is None:
            raise ArchitectureError(f"{where} differ in {weight}: {shape} and {held[weight].shape}")
        fitted[weight] = value
    return fitted, bias


def _fitted(value: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """The value in our shape, or None if it is another weight's.

    A dense kernel is that of a 1x1 convolution, and a depthwise kernel (rows, columns, channels, 1) that of a
    convolution with a group for each channel (rows, columns, 1, channels).
    """
    if value.shape == shape:
        return value
    if value.ndim != len(shape) and value.size == math.prod(shape) and value.shape[-2:] == shape[-2:]:
        return value.reshape(shape)
    if value.ndim == len(shape) == 4 and 1 in shape[2:] and value.swapaxes(2, 3).shape == shape:
        return value.swapaxes(2, 3)
    return None


def _fold(model: Any, biases: Values, values: dict[str, Values], name: str) -> None:
    """Take each bias off the moving means of the norms that read the layer's output: (x + b) - m is x - (m - b)."""
    found = steps(model)
    for layer, bias in biases.items():
        readers = [step.layer for step in found if any(found[source].layer.name == layer for source, _ in step.inputs)]
        if not readers or not all(isinstance(reader, BatchNormalization) for reader in readers):
            raise ArchitectureError(
                f"layer {layer!r} of {name} has no bias, its source has one, and what follows is no norm to hold it"
            )
        for reader in readers:
            values[reader.name]["moving_mean"] = values[reader.name]["moving_mean"] - bias
