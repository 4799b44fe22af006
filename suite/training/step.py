"""The compiled step: Keras' own trainer around a network, from raw pixels to the updated weights.

The model's input is one row of `feed`: positions of images that already lie on the device (or the images), and the
number of the step. Gathering, augmenting, normalising and training are one traced graph. What a search may change
(rates, decay, smoothing), what depends on the data (normalisation) and what depends on the run (the augmentation's
key) are variables: another run of the same structure is the same graph.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.augmentation import DRAWS, Augmentation
from suite.training.optimizer import decays
from suite.training.preprocessing import Preprocessing
from suite.training.recipe import Recipe

AUXILIARY_WEIGHT = 0.3
"""Of the loss of each output after the first: Szegedy et al., arXiv:1409.4842, section 5."""


class CompiledStep(keras.Model):
    """Trains `net` (float32 (n, H, W, C) to logits (n, classes)) on rows of batch positions or batches."""

    def __init__(self, net: keras.Model, images: Any | None, augmentation: Augmentation, recipe: Recipe) -> None:
        """`images`: a variable of all images (N, H, W, C) uint8 on the device, or None where the host feeds them."""
        super().__init__(dtype="float32")
        self.net, self.images, self.augmentation = net, images, augmentation
        self.coupled_decay = recipe.weight_decay > 0 and recipe.optimizer != "adamw"
        self.generator = keras.random.SeedGenerator(0)
        channels = net.input_shape[-1]
        self.scale, self.offset = self._value((channels,)), self._value((channels,))
        self.smoothing, self.weight_decay = self._value(()), self._value(())
        self.key = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="key")
        self.mean_loss, self.mean_accuracy = keras.metrics.Mean("cross_entropy"), keras.metrics.Mean("accuracy")
        self.traces = 0
        self.built = True

    def _value(self, shape: tuple[int, ...]) -> Any:
        return self.add_weight(shape=shape, dtype="float32", initializer="zeros", trainable=False, autocast=False)

    def set_values(self, recipe: Recipe, preprocessing: Preprocessing, augment_seed: int) -> None:
        """Take a run's values; nothing is traced anew."""
        self.scale.assign(preprocessing.scale)
        self.offset.assign(preprocessing.offset)
        self.smoothing.assign(np.float32(recipe.label_smoothing))
        self.weight_decay.assign(np.float32(recipe.weight_decay))
        self.key.assign(_key(augment_seed))

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        self.traces += 1  # runs while tracing only: the count of graphs made
        images = inputs["image"][0] if self.images is None else ops.take(self.images, inputs["index"][0], axis=0)
        if training and self.augmentation.active:
            images = self.augmentation(images, self._uniforms(images.shape[0], inputs["step"][0]), self._normalize)
        else:
            images = self._normalize(images)
        outputs = self.net(images, training=training)
        return outputs if training or not isinstance(outputs, list | tuple) else outputs[0]

    def _uniforms(self, count: int, step: Any) -> Any:
        """Uniform numbers (count, DRAWS) that depend on the run's key and the step alone.

        keras.random takes a generator, not a tensor, as its seed: the generator's state is set to (key, step) here.
        """
        state = self.generator.state
        state.assign(ops.stack([ops.cast(self.key, state.dtype), ops.cast(step, state.dtype)]))
        return keras.random.uniform((count, DRAWS), seed=self.generator)

    def _normalize(self, images: Any) -> Any:
        return ops.cast(images, "float32") * self.scale + self.offset

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """Cross-entropy against smoothed labels (Szegedy et al. 2016), auxiliary classifiers', coupled weight decay."""
        first, *auxiliary = y_pred if isinstance(y_pred, list | tuple) else [y_pred]
        loss = self._cross_entropy(first, y[0])
        for logits in auxiliary:
            loss = loss + AUXILIARY_WEIGHT * self._cross_entropy(logits, y[0])
        if self.coupled_decay:
            squares = [ops.sum(ops.square(v)) for v in self.net.trainable_variables if decays(v)]
            loss = loss + 0.5 * self.weight_decay * sum(squares)
        return loss

    def _cross_entropy(self, logits: Any, labels: Any) -> Any:
        logarithms = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
        own = -ops.mean(_picked(logarithms, labels))
        return own + self.smoothing * (-ops.mean(logarithms) - own)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Cross-entropy against the true labels, without decay, so that it compares with the validation's; accuracy."""
        logits = ops.cast(y_pred[0] if isinstance(y_pred, list | tuple) else y_pred, "float32")
        self.mean_loss.update_state(-ops.mean(_picked(ops.log_softmax(logits, axis=-1), y[0])))
        hits = ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), ops.cast(y[0], "int32"))
        self.mean_accuracy.update_state(ops.mean(ops.cast(hits, "float32")))
        return {"cross_entropy": self.mean_loss.result(), "accuracy": self.mean_accuracy.result()}


def _picked(values: Any, labels: Any) -> Any:
    """values[i, labels[i]]: (n,)."""
    return ops.sum(values * ops.one_hot(labels, values.shape[-1], dtype=values.dtype), axis=-1)


def _key(seed: int) -> int:
    """A seed spread over 31 bits, so that neighbouring seeds share no stream."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0] >> 1)
