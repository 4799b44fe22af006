"""Building and counting what the golden numbers pin; imports Keras."""

from __future__ import annotations

from typing import Any

import keras

from .architecture import Architecture
from .complexity import measure, step_multiply_adds
from .graph import steps
from .registry import declared


def golden_line(name: str) -> dict[str, Any]:
    """The golden line of a declared architecture, built and counted at each of its references."""
    module, architecture = declared()[name]
    return {
        "name": name,
        "module": module,
        **declared_facts(architecture),
        "counts": [count(architecture, shape, classes) for shape, classes in architecture.references],
    }


def declared_facts(architecture: Architecture) -> dict[str, Any]:
    """The part of a golden line that needs no building."""
    return {
        "family": architecture.family,
        "year": architecture.year,
        "depth": architecture.depth,
        "key_innovation": architecture.key_innovation,
        "min_size": architecture.min_size,
        "options": architecture.options,
    }


def count(architecture: Architecture, input_shape: tuple[int, int, int], num_classes: int) -> dict[str, Any]:
    """Build with the default options and count; the graph is dropped again."""
    model = architecture.builder(input_shape, num_classes)
    complexity = measure(model)
    first = _first_macs(model)
    del model
    keras.backend.clear_session()
    return {
        "input_shape": list(input_shape),
        "num_classes": num_classes,
        "params": complexity.params,
        "trainable_params": complexity.trainable_params,
        "macs": complexity.macs,
        "first_macs": first,
    }


def _first_macs(model: Any) -> int:
    """Multiply-adds of the weighted layers that no other weighted layer feeds: those that read the image."""
    fed: set[int] = set()
    total = 0
    for number, step in enumerate(steps(model)):
        if any(source in fed for source, _ in step.inputs):
            fed.add(number)
            continue
        macs = step_multiply_adds(step) or 0
        if macs:
            total += macs
            fed.add(number)
    return total
