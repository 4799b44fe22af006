"""A functional model as a list of steps in the order they run: which layer, fed by which steps, giving which shapes.

The only place that reads what Keras 3 has no public accessor for: its graph's nodes, and the weights that it has yet to
draw. Keras is imported where it is needed.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from suite.models.architecture import ArchitectureError

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Step:
    """One call of one layer.

    inputs: (number of the step, number of its output) for every tensor it reads; shapes begin with the batch's None.
    tensors: what it gives, as symbols of the graph, from which another model of the same layers can be made.
    """

    layer: Any
    inputs: tuple[tuple[int, int], ...]
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]
    tensors: tuple[Any, ...] = field(default=(), repr=False, compare=False)


def steps(model: Any) -> list[Step]:
    """The calls of a functional (or built sequential) model, every one after those that feed it.

    A layer called twice gives two steps; a model used as a layer is one step, whose `layer` has steps of its own.
    Raises ArchitectureError for a model that has no graph (a subclass with a `call` of its own).
    """
    model = getattr(model, "_functional", None) or model
    if not hasattr(model, "_nodes_by_depth"):
        raise ArchitectureError(
            f"{model.name} has no graph to read: build it with keras.Input and keras.Model(inputs, outputs)"
        )
    found: list[Step] = []
    producers: dict[int, tuple[int, int]] = {}  # id of a tensor: where it comes from
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            for number, tensor in enumerate(node.outputs):
                producers[id(tensor)] = (len(found), number)
            tensors = node.input_tensors
            found.append(
                Step(
                    layer=node.operation,
                    inputs=tuple(producers[id(tensor)] for tensor in tensors),
                    input_shapes=tuple(tuple(tensor.shape) for tensor in tensors),
                    output_shapes=tuple(tuple(tensor.shape) for tensor in node.outputs),
                    tensors=tuple(node.outputs),
                )
            )
    return found


@contextmanager
def without_weights() -> Iterator[None]:
    """What is built inside has shapes in the place of weights.

    Afterwards Keras has forgotten that it owes them values, which it would draw at the next occasion, and random seeds
    are drawn as if nothing had been built.
    """
    import keras
    from keras.src.backend.common import global_state

    owed = list(global_state.get_global_attribute("uninitialized_variables") or [])
    drawn = random.getstate()
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", owed)
        random.setstate(drawn)


def fingerprint(model: Any) -> str:
    """A hash of the built graph: layer types, configurations, shapes, wiring; 16 hexadecimal digits.

    Names and seeds do not count, so building twice gives the same; anything that would train differently does, the
    precision of the layers included. Configurations are Keras' own, so a version of Keras that adds a setting to a
    layer gives another fingerprint.
    """
    text = json.dumps(_description(model), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _description(model: Any) -> list[Any]:
    described = []
    for step in steps(model):
        inner = hasattr(step.layer, "_nodes_by_depth") or getattr(step.layer, "_functional", None)
        config = _description(step.layer) if inner else _unnamed(step.layer.get_config())
        kind = _kind(type(step.layer))
        described.append([kind, config, step.inputs, step.input_shapes, step.output_shapes])
    return described


def _kind(layer: type) -> str:
    """What a layer is, whatever folder of ours its code lies in: moving a file changes nothing that it computes."""
    module = layer.__module__.removeprefix("keras.src.")
    if module.startswith("suite.models."):
        module = f"suite.models.{module.rpartition('.')[2]}"
    return f"{module}.{layer.__qualname__}"


def _unnamed(config: Any) -> Any:
    """A layer's configuration without the names and seeds that Keras gave it."""
    if isinstance(config, dict):
        if "DTypePolicy" in str(config.get("class_name")):
            return config["config"]  # here the name is the precision
        return {
            key: _unnamed(value) for key, value in config.items() if key not in ("name", "seed", "shared_object_id")
        }
    if isinstance(config, list | tuple):
        return [_unnamed(value) for value in config]
    return config
