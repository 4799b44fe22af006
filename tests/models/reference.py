"""How a model of ours is compared with another package's of the same weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import keras
import numpy as np

AGREE = 1e-4
"""Largest difference of logits, in standard deviations of a logit from image to image; they are float32 in the end."""


@contextmanager
def weights_of_zeros() -> Iterator[None]:
    """Draw no random weights where all are given: large nets take seconds, and JAX compiles one program a shape."""

    def zeros(shape: Any, *_: Any, dtype: str, **__: Any) -> Any:
        return np.zeros(shape, dtype)

    distributions = ("normal", "truncated_normal", "uniform")
    with patch.multiple("keras.src.backend.random", **dict.fromkeys(distributions, zeros)):
        yield


def vary(model: Any, inputs: np.ndarray) -> None:
    """Give the model weights under which its logits vary from image to image.

    Scales, offsets and biases are random, and so are the statistics of batch normalization, near those of the inputs:
    with any others a hundred layers amplify rounding errors until nothing could be compared.
    """
    random = np.random.default_rng(2)
    norms = [layer for layer in leaves(model) if isinstance(layer, keras.layers.BatchNormalization)]
    for weight in model.weights:
        if weight.name in ("gamma", "beta", "bias") or "layer_scale" in weight.path:
            centre = 0.0 if weight.name in ("beta", "bias") else 1.0
            weight.assign(centre + random.uniform(-0.3, 0.3, weight.shape))
        elif weight.name == "kernel" and not norms:  # else each layer's maps are fainter than those before
            weight.assign(random.normal(0.0, np.sqrt(2.0 / np.prod(weight.shape[:-1])), weight.shape))
    if not norms:
        return
    for norm in norms:
        norm.momentum = 0.0
    for layer in leaves(model):
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0  # the statistics are taken in training, and must be those of prediction
    model(inputs, training=True)
    disturb(norms)


def disturb(norms: Iterable[Any]) -> None:
    """Statistics a little off those that were taken: prediction is then not what training was."""
    random = np.random.default_rng(3)
    for norm in norms:
        mean, variance = np.array(norm.moving_mean), np.array(norm.moving_variance)
        norm.moving_mean.assign(mean + 0.1 * np.sqrt(variance) * random.normal(size=mean.shape))
        norm.moving_variance.assign(variance * random.uniform(0.8, 1.25, variance.shape))


def leaves(model: Any) -> list[Any]:
    """The layers of a model and of the models within it."""
    found = []
    for layer in model.layers:
        found += leaves(layer) if hasattr(layer, "layers") else [layer]
    return found


def logits(model: Any, images: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(images, training=False))


def assert_same(ours: Any, images: np.ndarray, wanted: np.ndarray) -> None:
    """Our logits are the reference's."""
    assert difference(ours, images, wanted) < AGREE


def difference(ours: Any, images: np.ndarray, wanted: np.ndarray) -> float:
    """The largest of our logits from those wanted, in standard deviations of a logit from image to image."""
    spread = wanted.std(axis=0).mean()
    assert spread > 1e-3 * np.abs(wanted).max()  # else nothing would be compared
    return float(np.abs(logits(ours, images) - wanted).max() / spread)


def swap_two_kernels(model: Any) -> None:
    """Exchange the first two kernels of equal shape."""
    seen = defaultdict(list)
    for layer in model.layers:
        for weight in layer.weights:
            if "kernel" in weight.name:
                seen[tuple(weight.shape)].append(weight)
    one, other = next(weights for weights in seen.values() if len(weights) > 1)[:2]
    kept = np.array(one)
    one.assign(np.array(other))
    other.assign(kept)
