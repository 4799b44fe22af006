"""Every family learns 64 real images by heart."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from suite.models import build, golden

from .conftest import steady

IMAGES = 64

SIDE = 16
"""Pixels: 8x8 digits, enlarged. The least that all families take; at 32 it would take four times as long."""

STEPS = 120
"""The most that a family may take."""

BATCHES = {"efficientnetv2_s": 32, "vit_ti16": 32}
"""Where not 16: the former normalizes single pixels in the end, for which 16 are too few; the latter is faster so."""

RATES = dict.fromkeys(("coatnet0", "convnext_tiny", "googlenet", "swin_tiny", "vgg11", "vit_ti16"), 1e-4)
"""Adam's rate where 1e-3 without a warm-up leaves the loss where it began."""


@pytest.mark.slow
@pytest.mark.parametrize("name", golden.smallest_of_families().values())
def test_the_smallest_of_every_family_learns_64_images_by_heart(name: str) -> None:
    """Scanned digits: all batches are told right one after the other, as they are learnt, with nothing dropped."""
    digits, batch = load_digits(), BATCHES.get(name, 16)
    labels = digits.target[:IMAGES]
    pictures = digits.images[:IMAGES, :, :, None].repeat(SIDE // 8, axis=1).repeat(SIDE // 8, axis=2) / 8 - 1
    pictures = pictures.astype("float32")
    keras.utils.set_random_seed(0)
    model = build(name, (SIDE, SIDE, 1), 10, **steady(name))
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(RATES.get(name, 1e-3))

    @tf.function(autograph=False)  # the optimizer stays outside: to trace it takes longer than all of its steps
    def gradients(images: Any, classes: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = model(images, training=True)
            loss = loss_of(classes, outputs)
        return outputs, tape.gradient(loss, [weight.value for weight in model.trainable_weights])

    rights, batches = [], IMAGES // batch
    for step in range(STEPS):
        rows = slice(step % batches * batch, (step % batches + 1) * batch)
        outputs, changes = gradients(pictures[rows], labels[rows])
        optimizer.apply(changes, model.trainable_weights)
        rights.append((np.array(outputs).argmax(axis=1) == labels[rows]).mean())
        if rights[-batches:] == [1.0] * batches:
            break
    keras.backend.clear_session()
    assert rights[-batches:] == [1.0] * batches, f"{name} told at most {max(rights):.0%} of a batch right"
