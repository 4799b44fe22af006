"""Building and counting what the golden numbers pin; imports Keras."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import keras
import numpy as np

from suite.models.architecture import Architecture, ArchitectureError
from suite.models.complexity import counts, measure, step_multiply_adds
from suite.models.facts import golden
from suite.models.facts.published import published
from suite.models.graph import steps, without_weights
from suite.models.registry import declared


def golden_line(name: str) -> dict[str, Any]:
    """The golden line of a declared architecture, built and counted at each of its references.

    Raises ArchitectureError where none of them is at 32x32.
    """
    module, architecture = declared()[name]
    if not any(shape[:2] == (32, 32) for shape, _ in architecture.references):
        raise ArchitectureError(f"{name} wants one of its references at 32x32 pixels: families are compared there")
    return {
        "name": name,
        "module": module,
        **declared_facts(architecture),
        "counts": [count(architecture, shape, classes) for shape, classes in architecture.references],
        **{key: value for key, value in published(name).items() if key == golden.DIFFERENCE},
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
    """Build with the default options, shapes without weights, and count; the graph is dropped again."""
    with without_weights():
        model = architecture.builder(input_shape, num_classes)
    counted = counts(model, input_shape, num_classes) | {"first_macs": _first_macs(model)}
    del model
    keras.backend.clear_session()
    return counted


STEP_MACS = 4e9
"""What a timed step is to cost, about: large networks are timed on fewer images."""


def images_per_second(name: str, rounds: int = 5) -> float:
    """In training on 32x32 images with 10 classes, on all cores (two where it is pinned): the median of some steps.

    What augmentation and feeding take is left out; the first two steps, which trace the graph, do not count.
    """
    _, architecture = declared()[name]
    shape, classes = next(place for place in architecture.references if place[0][0] == 32)
    random = np.random.default_rng(0)
    model = architecture.builder(shape, classes)
    batch = min(64, max(8, int(STEP_MACS / (measure(model).macs or 1))))
    images, labels = random.standard_normal((batch, *shape), "float32"), random.integers(0, classes, batch)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss, jit_compile=False)
    seconds = []
    for _ in range(rounds + 2):
        started = time.perf_counter()
        model.train_on_batch(images, labels)
        seconds.append(time.perf_counter() - started)
    keras.backend.clear_session()
    return batch / median(seconds[2:])


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
