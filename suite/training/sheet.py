"""A contact sheet: images as they are, and what a network sees of them in training, at some steps."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from keras import ops
from PIL import Image

from suite import tasks
from suite.core.durable import replacing
from suite.data import Dataset
from suite.training.preprocessing import measure_preprocessing
from suite.training.recipe import Recipe
from suite.training.step import CompiledStep

IMAGES, STEPS = 8, 3
SIDE, GAP = 96, 4
"""In pixels: no image is shown smaller, and white lies between them."""


def write_sheet(dataset: Dataset, recipe: Recipe, path: Path) -> None:
    """Write the first training images, and below each what becomes of it at STEPS steps, as a PNG file.

    Raises Refusal for a length in pixels that is too large for the images, OSError where the file cannot be written.
    """
    recipe.check_pixels(dataset.input_shape[:2])
    index = dataset.train[:IMAGES]
    pixels = np.ascontiguousarray(dataset.images[index])
    preprocessing = measure_preprocessing(dataset.images, dataset.train, dataset.class_names)
    shown = keras.Input(dataset.input_shape)
    step = CompiledStep(
        keras.Model(shown, keras.layers.Identity()(shown)),
        keras.Variable(pixels, dtype="uint8", trainable=False, autocast=False),
        tasks.get("classification"),
        recipe,
    )
    step.set_values(recipe, preprocessing, augment_seed=0)
    rows = [pixels]
    for number in range(STEPS):
        inputs = {"index": np.arange(len(index), dtype="int32")[None], "step": np.array([number], "int32"),
                  "targets": {"label": dataset.labels[index][None]}}  # fmt: skip
        seen = ops.convert_to_numpy(step.call(inputs, training=True)["outputs"])
        back = (seen - preprocessing.offset) / preprocessing.scale
        rows.append(np.clip(np.round(back), 0, 255).astype(np.uint8))
    with replacing(path) as partial:
        Image.fromarray(arranged(np.stack(rows))).save(partial, format="PNG")


def arranged(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(rows, columns, H, W, 1 or 3) as one picture (h, w, 3), enlarged by a whole factor where they are small."""
    rows, columns, height, width, _ = images.shape
    times = max(1, -(-SIDE // max(height, width)))
    larger = images.repeat(times, axis=2).repeat(times, axis=3)
    height, width = height * times, width * times
    sheet = np.full((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3), 255, np.uint8)
    for row in range(rows):
        for column in range(columns):
            top, left = row * (height + GAP) + GAP, column * (width + GAP) + GAP
            sheet[top : top + height, left : left + width] = larger[row, column]
    return sheet
