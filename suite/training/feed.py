"""What the compiled step is fed: one row per step, so that Keras' batch of one row is the step's whole batch.

A row holds the positions of a batch's images, or the images themselves where they do not fit on the device. All rows
have one shape, hence one traced graph, with a batch size that is known while tracing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from suite.training.ahead import ahead
from suite.training.recipe import Recipe

Rows = dict[str, Any]
Targets = Mapping[str, np.ndarray]
"""What a task trains for, (N, ...) each, by name."""


def epoch_order(
    index: np.ndarray,
    batch_size: int,
    seed: int,
    epoch: int,
    recipe: Recipe | None = None,
    labels: np.ndarray | None = None,
) -> np.ndarray:
    """The batches of an epoch as (steps, batch_size) positions: a function of seed and epoch, whatever ran before.

    What does not fill a batch is left out of this epoch; the next epoch leaves out others.
    recipe: may say that some images are shown more often, by `labels`, the classes of the images at `index`.
    """
    generator = np.random.default_rng((seed, epoch))
    sampling = recipe.of("sampling") if recipe is not None else ()
    if recipe is not None and sampling:
        order = sampling[0].draw(labels, generator, recipe.as_mapping())
    else:
        order = generator.permutation(len(index))
    steps = len(index) // batch_size
    return index[order[: steps * batch_size]].reshape(steps, batch_size).astype("int32")


def evaluation_rows(index: np.ndarray, batch_size: int) -> np.ndarray:
    """All of `index` in order as (steps, batch_size), the last row filled up with its last position."""
    steps = -(-len(index) // batch_size)
    return np.pad(index, (0, steps * batch_size - len(index)), mode="edge").reshape(steps, batch_size).astype("int32")


class Feed(keras.utils.PyDataset):
    """One element per row: positions of images, and where the device does not hold them the images too, gathered from a
    memory map."""

    def __init__(self, images: np.ndarray | None, rows: np.ndarray, first_step: int, targets: Targets | None) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.images, self.rows, self.targets = images, rows, targets
        self.steps = np.arange(first_step, first_step + len(rows), dtype="int32")
        self.ahead = None if images is None else ahead(images)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, position: int) -> tuple[Rows]:
        row = self.rows[position]
        inputs: Rows = {"step": self.steps[position : position + 1]}
        inputs["index"] = row[None]
        if self.images is not None:
            ordered, back = np.unique(row, return_inverse=True)  # a memory map is read forwards, each image once
            if self.ahead is not None:
                for wanted in (ordered, *map(np.unique, self.rows[position + 1 : position + 2])):
                    self.ahead.ask_for(wanted)
            inputs["image"] = self.images[ordered][back][None]
        if self.targets is not None:
            inputs["targets"] = {name: values[row][None] for name, values in self.targets.items()}
        return (inputs,)


def feed(images: np.ndarray | None, rows: np.ndarray, first_step: int, targets: Targets | None) -> dict[str, Any]:
    """Arguments of `fit` (with `targets`, (N, ...) each) or `predict` for these rows.

    The targets are among the inputs, so that a transform may change them with the pixels.
    `images`: None where the device holds them, and positions are enough.
    """
    source = Feed(images, rows, first_step, targets)
    if keras.backend.backend() == "tensorflow":
        return {"x": _tensorflow_dataset(source)}
    if images is not None:
        return {"x": source}
    return {"x": _whole(source), "batch_size": 1}


def _whole(source: Feed) -> Rows:
    """All rows at once, where the device holds the images: positions and targets take little room."""
    inputs: Rows = {"step": source.steps, "index": source.rows}
    if source.targets is not None:
        inputs["targets"] = {name: values[source.rows] for name, values in source.targets.items()}
    return inputs


def _tensorflow_dataset(source: Feed) -> Any:
    """The feed as a tf.data.Dataset that does not tune itself.

    Keras would make one that does. Its tuning thread sleeps for 10 ms, 20 ms, 40 ms ..., and whoever drops the iterator
    often waits until it wakes: an epoch then takes 5.11, 10.23, 20.47, 40.95 or 81.91 seconds, with the device idle.
    """
    import tensorflow as tf

    if source.images is None:
        data = tf.data.Dataset.from_tensor_slices((_whole(source),)).batch(1, drop_remainder=True)
    else:
        signature = keras.tree.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), source[0])
        data = tf.data.Dataset.from_generator(
            lambda: (source[position] for position in range(len(source))), output_signature=signature
        )
        data = data.apply(tf.data.experimental.assert_cardinality(len(source))).prefetch(2)
    options = tf.data.Options()
    options.autotune.enabled = False
    return data.with_options(options)
