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

BATCH = 32
STEPS = 120
"""The most that a family may take."""

RATES = {"vit_ti16": 1e-4}
"""Adam's rate where 1e-3 without a warm-up leaves the loss where it began."""


@pytest.mark.slow
@pytest.mark.parametrize("name", golden.smallest_of_families().values())
def test_the_smallest_of_every_family_learns_64_images_by_heart(name: str) -> None:
    """Scanned digits: both batches are told right one after the other, as they are learnt, with nothing dropped."""
    digits = load_digits()
    labels = digits.target[: 2 * BATCH]
    pictures = np.repeat(np.repeat(digits.images[: len(labels)], 4, axis=1), 4, axis=2)[..., None] / 8 - 1
    pictures = pictures.astype("float32")
    keras.utils.set_random_seed(0)
    model = build(name, (32, 32, 1), 10, **steady(name))
    loss_of, optimizer = (
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        keras.optimizers.Adam(RATES.get(name, 1e-3)),
    )

    @tf.function(autograph=False)  # the optimizer stays outside: to trace it takes longer than all of its steps
    def gradients(images: Any, classes: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = model(images, training=True)
            loss = loss_of(classes, outputs)
        return outputs, tape.gradient(loss, [weight.value for weight in model.trainable_weights])

    rights = []
    for step in range(STEPS):
        batch = slice(0, BATCH) if step % 2 == 0 else slice(BATCH, None)
        outputs, changes = gradients(pictures[batch], labels[batch])
        optimizer.apply(changes, model.trainable_weights)
        rights.append((np.array(outputs).argmax(axis=1) == labels[batch]).mean())
        if rights[-2:] == [1.0, 1.0]:
            break
    assert rights[-2:] == [1.0, 1.0], f"{name} told at most {max(rights):.0%} of a batch right in {STEPS} steps"
    keras.backend.clear_session()
