"""A first convolution that takes from neighbouring pixels what they have in common.

Filters are the directions in which patches of the training images vary, each divided by how far they do: outputs are
uncorrelated, with a variance of one. `adapt` measures that; it is never learned.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

CHUNK = 250
"""Images whose patches are in memory at a time."""


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class Whitening(layers.Layer):
    """A convolution without padding, (n, H, W, C) to (n, H - k + 1, W - k + 1, 2 k k C); Page 2019, Jordan 2024.

    Filters come in pairs of opposite sign, so that what follows sees both sides, the direction of the largest variance
    first. The kernel is random until `adapt`, and does not learn; the bias does.

    epsilon: added to variances, in the square of a normalized pixel's unit, so that what hardly varies is not blown up.
    """

    def __init__(self, kernel_size: int = 2, epsilon: float = 5e-4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_size, self.epsilon = int(kernel_size), float(epsilon)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        size, channels = self.kernel_size, int(input_shape[-1] or 0)
        filters = 2 * size * size * channels
        self.kernel = self.add_weight(
            name="kernel", shape=(size, size, channels, filters), initializer="he_normal", trainable=False
        )
        self.bias = self.add_weight(name="bias", shape=(filters,), initializer="zeros")

    def adapt(self, images: np.ndarray) -> None:
        """Take the filters from images as the network sees them, (n, H, W, C) float32, of which n may be 1.

        Eigenvectors are of the patches' mean product (no mean is taken off, as the authors have it), each so that its
        largest component is above zero: another library's signs change nothing.
        """
        variances, directions = np.linalg.eigh(patch_products(images, self.kernel_size))
        variances, directions = np.maximum(variances[::-1], 0.0), directions[:, ::-1]
        largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0)
        filters = directions * np.sign(largest) / np.sqrt(variances + self.epsilon)
        both = np.concatenate([filters, -filters], axis=1)
        self.kernel.assign(both.reshape(self.kernel.shape).astype("float32"))

    def call(self, inputs: Any) -> Any:
        return ops.conv(inputs, self.kernel, padding="valid") + self.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        count, *size, channels = input_shape
        sides = [side if side is None else side - self.kernel_size + 1 for side in size]
        return (count, *sides, 2 * self.kernel_size**2 * (channels or 0))

    def multiply_adds(self, input_shapes: Any, output_shapes: Any) -> int:
        _, rows, columns, filters = output_shapes[0]
        return int(rows * columns * filters * self.kernel_size**2 * input_shapes[0][-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kernel_size": self.kernel_size, "epsilon": self.epsilon}


def patch_products(images: np.ndarray, size: int) -> np.ndarray:
    """The mean over all patches of size x size pixels of their values' products, float64 (size size C, the same)."""
    count, height, width, channels = images.shape
    rows, columns = height - size + 1, width - size + 1
    total = np.zeros((size * size * channels,) * 2)
    for start in range(0, count, CHUNK):
        part = np.asarray(images[start : start + CHUNK], "float32")
        moved = [part[:, i : i + rows, j : j + columns] for i in range(size) for j in range(size)]
        patches = np.concatenate(moved, axis=-1).reshape(-1, total.shape[0])
        total += patches.T @ patches
    return total / (count * rows * columns)
