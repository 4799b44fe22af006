"""A contact sheet: images as they are, and what a network sees of them in training, at some steps."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import ops

from suite import tasks
from suite.data import Dataset
from suite.data.fit import Images
from suite.data.sheet import first_of_classes, write
from suite.training.augment import crops
from suite.training.preprocessing import measure_preprocessing
from suite.training.recipe import Recipe
from suite.training.step import CompiledStep

STEPS = 3


def write_sheet(dataset: Dataset, recipe: Recipe, path: Path) -> None:
    """Write training images of all classes, and below each what becomes of it at STEPS steps, as a PNG file.

    Where random crops are taken from larger images, the first row has what is seen without one.

    Raises Refusal for a length in pixels that is too large for the images, OSError where the file cannot be written.
    """
    recipe.check_pixels(dataset.input_shape[:2])
    index = first_of_classes(dataset)
    pixels = np.ascontiguousarray(dataset.images[index])
    preprocessing = measure_preprocessing(dataset.images, dataset.train, dataset.class_names)
    shown = keras.Input(dataset.input_shape)
    step = CompiledStep(
        keras.Model(shown, keras.layers.Identity()(shown)),
        _held(pixels),
        tasks.get("classification"),
        recipe,
        larger=_held(dataset.larger[index]) if dataset.larger is not None and crops(recipe.transforms) else None,
    )
    step.set_values(recipe, preprocessing, augment_seed=0)
    rows = [pixels]
    for number in range(STEPS):
        inputs = {"index": np.arange(len(index), dtype="int32")[None], "step": np.array([number], "int32"),
                  "targets": {"label": dataset.labels[index][None]}}  # fmt: skip
        seen = ops.convert_to_numpy(step.call(inputs, training=True)["outputs"])
        back = (seen - preprocessing.offset) / preprocessing.scale
        rows.append(np.clip(np.round(back), 0, 255).astype(np.uint8))
    write(np.stack(rows), path)


def _held(pixels: Images) -> keras.Variable:
    return keras.Variable(np.ascontiguousarray(pixels), dtype="uint8", trainable=False, autocast=False)
