"""How a network is brought to its start where that is not random: another run's weights, what layers take from training
images, and what is not to learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from suite import models, tasks
from suite.core.refusals import Refusal
from suite.models.depth import Depth, depths
from suite.training.origin import Origin
from suite.training.preprocessing import Preprocessing, recorded_preprocessing
from suite.training.recipe import Recipe, parts
from suite.training.spec import RunSpec

SAMPLE = 5000
"""Training images that layers take something from before the training, as Jordan 2024 (arXiv:2404.00498) has it."""
SAMPLE_VALUES = SAMPLE * 32 * 32 * 3
"""Of larger images there are so many fewer: what fits into memory is the same."""


@dataclass(frozen=True)
class Kept:
    """The weights of a run, for `models.load`; which every trial and seed of a study may start from: read once."""

    origin: Origin

    @property
    def whose(self) -> str:
        return f"the weights of {self.origin.run}"

    @property
    def wanted(self) -> str:
        return saved(self.origin).wanted

    def by_layer(self) -> Mapping[str, Sequence[Any]]:
        return _by_layer(self.origin)


def load(net: Any, origin: Origin, architecture: str, options: Mapping[str, Any]) -> models.Loaded:
    """Give a network the weights of a run; layers of its head that fit none there keep their start.

    architecture, options: what the network was built from. Raises Refusal where the weights have changed since they
    were chosen, ArchitectureError where they do not fit, or fit a network that computes something else.
    """
    origin.require_unchanged()
    if architecture == origin.architecture and (other := models.other_function(architecture, options, origin.options)):
        raise models.ArchitectureError(f"{Kept(origin).whose} are of a {architecture} that was built with {other}")
    return models.load(net, Kept(origin), [name for name, depth in depths(net).items() if depth.head])


def saved(origin: Origin) -> models.Saved:
    """The file of a run's weights, with what was built there."""
    task = tasks.get(origin.task)
    return models.of_run(
        Path(origin.directory), origin.architecture, origin.input_shape, origin.num_classes, origin.options,
        lambda net: task.network(net, origin.num_classes),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _by_layer(origin: Origin) -> Mapping[str, Sequence[Any]]:
    return saved(origin).by_layer()


def teacher_net(spec: RunSpec, input_shape: tuple[int, ...]) -> Any | None:
    """A frozen network like the one that a run learns from, for images of `input_shape`; None for a run without one.

    Raises Refusal where the loss wants a teacher that is not there, ArchitectureError where it cannot be built.
    """
    if not parts("losses")[spec.applied.loss].teacher:
        return None
    if spec.teacher is None:
        raise Refusal(f"recipe.loss={spec.applied.loss} learns from a run that is not there yet")
    height, width, channels = input_shape
    origin = spec.teacher
    net = models.build_untrained(
        origin.architecture, (height, width, channels), origin.num_classes, **dict(origin.options)
    )
    net.trainable = False
    return net


def set_teacher(net: Any, origin: Origin, class_names: Sequence[str]) -> Preprocessing:
    """Give the teacher its weights; returns what its pixels go through. Raises Refusal where its classes are others."""
    origin.require_unchanged()
    theirs = recorded_preprocessing(Path(origin.directory))
    if theirs.class_names != tuple(class_names):
        raise Refusal(
            f"the teacher {origin.run} knows {in_short(theirs.class_names)}, and its student is to learn "
            f"{in_short(class_names)}: a teacher has the same classes"
        )
    try:
        models.load(net, Kept(origin), ())
    except models.ArchitectureError as error:
        raise Refusal(f"the teacher cannot serve here: {error}") from None
    return theirs


def in_short(names: Sequence[str]) -> str:
    """`10 classes (airplane, automobile, ...)`."""
    return f"{len(names)} classes ({', '.join(names[:2])}{', ...' if len(names) > 2 else ''})"


def sample(images: np.ndarray, index: np.ndarray, preprocessing: Preprocessing) -> np.ndarray:
    """The first images at `index` as a network sees them, float32 (n, H, W, C)."""
    count = min(SAMPLE, max(1, SAMPLE_VALUES // int(np.prod(images.shape[1:]))))
    return preprocessing.apply(images[np.sort(index[:count])])


def adapt(net: Any, images: Callable[[], np.ndarray]) -> None:
    """Let the layers that offer it take from training images what they start from.

    A layer offers it by a method `adapt(images)`, Keras' own word, that assigns its weights; whatever the layer itself
    reads, it gets the net's normalized images, float32 (n, H, W, C). Keras' own preprocessing layers stay as they are
    built: they would change constants of a traced graph.
    """
    offering = [layer for layer in net.layers if hasattr(layer, "adapt") and not _of_keras(layer)]
    if offering:
        seen = images()
        for layer in offering:
            layer.adapt(seen)


def _of_keras(layer: Any) -> bool:
    return type(layer).__module__.partition(".")[0] == "keras"


def prepare(net: Any, recipe: Recipe) -> None:
    """Take from a built network what is not to learn, as the recipe says. Raises Refusal where it cannot be."""
    parts = [part for part in recipe.of("transfer") if part.prepare is not None]
    if parts:
        found = depths(net)
        for part in parts:
            part.prepare(net, found)


def depths_of(net: Any, recipe: Recipe) -> dict[str, Depth]:
    """The depth of each variable by its path; empty for a recipe that does not ask."""
    if not recipe.of("transfer"):
        return {}
    found = depths(net)
    return {
        variable.path: found[layer.name] for layer in net.layers if layer.name in found for variable in layer.variables
    }
