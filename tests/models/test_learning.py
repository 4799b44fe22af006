"""Every family learns 64 real images by heart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from suite.models import build

from .conftest import REPRESENTATIVES, steady

IMAGES = 64

SIDE = 16
"""Pixels: 8x8 digits, enlarged. The least that all families take; at 32 it would take four times as long."""

STEPS = 120
"""The most that a family may take."""

BATCHES = {"efficientnetv2_s": 32}
"""Where not 16: it normalizes single pixels in the end, for which 16 values are too few."""

RATES = dict.fromkeys(("coatnet0", "convnext_tiny", "googlenet", "swin_tiny", "vgg11", "vit_ti16"), 1e-4)
"""Adam's rate where 1e-3 without a warm-up leaves the loss where it began."""


def step_of_adam(model: Any) -> Callable[..., Any]:
    """A compiled step of Adam (Kingma & Ba, arXiv:1412.6980): images, labels, rate, number from 1 to the outputs.

    On all weights as one vector: the operations of Keras' own optimizer on a thousand weights, one by one or traced,
    take several times as long as the net.
    """
    weights = [weight.value for weight in model.trainable_weights]
    sizes = [weight.shape.num_elements() for weight in weights]
    mean, square = tf.Variable(tf.zeros(sum(sizes))), tf.Variable(tf.zeros(sum(sizes)))
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function(autograph=False)
    def step(images: Any, labels: Any, rate: Any, number: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = model(images, training=True)
            loss = loss_of(labels, outputs)
        gradient = tf.concat([tf.reshape(part, [-1]) for part in tape.gradient(loss, weights)], axis=0)
        mean.assign(0.9 * mean + 0.1 * gradient)
        square.assign(0.999 * square + 0.001 * gradient**2)
        unbiased = tf.sqrt(square / (1.0 - 0.999**number))
        changes = rate * mean / (1.0 - 0.9**number) / (unbiased + 1e-7)
        for weight, change in zip(weights, tf.split(changes, sizes), strict=True):
            weight.assign_sub(tf.reshape(change, weight.shape))
        return outputs

    return step


@pytest.mark.slow
@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_the_smallest_of_every_family_learns_64_images_by_heart(name: str) -> None:
    """Scanned digits: in the end all are told right in one pass without learning, with nothing dropped."""
    digits, batch = load_digits(), BATCHES.get(name, 16)
    labels = digits.target[:IMAGES]
    pictures = digits.images[:IMAGES, :, :, None].repeat(SIDE // 8, axis=1).repeat(SIDE // 8, axis=2) / 8 - 1
    pictures = pictures.astype("float32")
    keras.utils.set_random_seed(0)
    model = build(name, (SIDE, SIDE, 1), 10, **steady(name))
    step, rate, number = step_of_adam(model), RATES.get(name, 1e-3), 0

    def rights(rate: float) -> list[float]:
        """The share told right of each batch, in one pass over all at this rate."""
        nonlocal number
        found = []
        for rows in np.split(np.arange(IMAGES), IMAGES // batch):
            number += 1
            outputs = step(pictures[rows], labels[rows], tf.constant(rate), tf.constant(float(number)))
            found.append((np.array(outputs).argmax(axis=1) == labels[rows]).mean())
        return found

    told = 0.0
    while number < STEPS and told < 1:
        while number < STEPS and min(rights(rate)) < 1:
            pass  # each batch is told by weights that have not learnt from those after it
        told = float(np.mean(rights(0.0)))
    keras.backend.clear_session()
    assert told == 1, f"{name} told {told:.0%} right"
