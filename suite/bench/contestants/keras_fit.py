"""What most people type: `keras.Model.fit` on arrays, with Keras' own layers for flips and shifted crops."""

from __future__ import annotations

import keras
import numpy as np

from suite import models
from suite.bench.contestants.job import CLASSES, IMAGES, Job, Steps, serve

PADDING = 4


def prepare(job: Job) -> Steps:
    keras.config.set_dtype_policy(job.precision)
    keras.utils.set_random_seed(0)
    shape = (job.size, job.size, 3)
    augmentation = [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.ZeroPadding2D(PADDING),
        keras.layers.RandomCrop(job.size, job.size),
    ]
    net = models.build(job.architecture, shape, CLASSES, **job.options)
    model = keras.Sequential([keras.Input(shape), keras.layers.Rescaling(1 / 64.0, offset=-2.0), *augmentation, net])
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (IMAGES, *shape), dtype=np.uint8)
    labels = generator.integers(0, CLASSES, IMAGES).astype("int32")

    def steps(count: int) -> None:
        wanted = count * job.batch_size
        index = np.resize(np.arange(IMAGES), wanted)
        model.fit(pixels[index], labels[index], batch_size=job.batch_size, verbose=0)

    return steps


if __name__ == "__main__":
    serve(prepare)
