"""Building an architecture with the weights that it is to start from."""

from __future__ import annotations

from typing import Any

from suite.models.registry import build_untrained
from suite.models.weights.loading import load
from suite.models.weights.sources import PRETRAINED, SOURCES


def build(name: str, input_shape: tuple[int, int, int], num_classes: int, **options: Any) -> Any:
    """A functional Keras model: float32 (height, width, channels), already preprocessed, to float32 logits per class.

    Its weights depend on `keras.utils.set_random_seed` alone; with `pretrained="imagenet"` they are the published ones
    (`pixel_normalization` says what images must go through for them, `weights.imagenet` what fits). Raises
    ArchitectureError for an unknown name, a wrong option, an image that is too small, or published weights that do not
    fit or cannot be had.
    """
    model = build_untrained(name, input_shape, num_classes, **options)
    if PRETRAINED in options and name in SOURCES:
        from suite.models.weights.imagenet import Published  # it imports Keras

        load(model, Published(name))
    return model
