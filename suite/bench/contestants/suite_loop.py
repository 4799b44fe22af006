"""The suite's own training: its compiled step, fed as its loop feeds it."""

from __future__ import annotations

import keras
import numpy as np

from suite.bench.contestants.job import CLASSES, IMAGES, Job, Steps, serve
from suite.config.layers import recipe_of
from suite.data import DataSpec
from suite.training import device
from suite.training.feed import epoch_order, feed
from suite.training.preprocessing import measure_preprocessing
from suite.training.spec import RunSpec
from suite.training.tracing import Graphs

SEEDS = {"split": 0, "initial": 0, "order": 0, "augment": 0}


def prepare(job: Job) -> Steps:
    recipe = recipe_of([{"recipe": {**job.recipe, "batch_size": job.batch_size}}])
    if job.deterministic:
        device.enable_determinism()
    spec = RunSpec(job.architecture, job.options, recipe, DataSpec("random"), SEEDS, "", precision=job.precision)
    generator = np.random.default_rng(0)
    shape = (job.size, job.size, 3)
    pixels = np.load(job.map, mmap_mode="r") if job.map else generator.integers(0, 256, (IMAGES, *shape), np.uint8)
    labels = generator.integers(0, CLASSES, len(pixels)).astype("int32")
    images = None if job.map else keras.Variable(pixels, dtype="uint8", trainable=False, autocast=False)
    graph, initial = Graphs().take(spec, shape, CLASSES, images)
    names = tuple(map(str, range(CLASSES)))
    sample = np.arange(min(IMAGES, len(pixels)))
    graph.set(initial, spec, measure_preprocessing(pixels, sample, names), total_steps=10**6)
    graph.step.set_classes(recipe, np.bincount(labels, minlength=CLASSES))
    done = 0

    def steps(count: int) -> None:
        nonlocal done
        order = np.arange(len(pixels))
        epochs = range(done, done + -(-count * job.batch_size // len(pixels)) + 1)
        rows = np.concatenate([epoch_order(order, job.batch_size, 0, epoch, recipe, labels) for epoch in epochs])
        rows = rows[:count].reshape(-1, job.batch_size // recipe.passes)
        graph.step.fit(**feed(pixels if job.map else None, rows, done, {"label": labels}), shuffle=False, verbose=0)
        device.synchronize(graph.counter)
        done += count

    return steps


if __name__ == "__main__":
    serve(prepare)
