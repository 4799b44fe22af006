"""What the first layer of a network looks for: its filters and what they make of an image, for the report."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from suite.training.device import to_numpy

MOST, MOST_DENSE = 64, 24
"""Filters that are kept: of a convolution, and of a dense layer, each of which is as large as an image."""


LARGEST = float(np.finfo(np.float16).max)
MAPS, SIDE = 16, 64
"""Maps that are kept of what the first layer makes of an image, and pixels of their longer side, at most."""


def first_maps(net: Any, image: NDArray[np.float32]) -> NDArray[np.float16] | None:
    """What the convolution that reads the image makes of one, (h, w, c): its first maps (n, rows, columns), before any
    normalization or activation that is a layer of its own; None for a network that begins with none."""
    for layer in net.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None:
            continue
        if len(kernel.shape) != 4 or kernel.shape[2] != net.input_shape[-1]:
            return None
        given = keras.Model(net.inputs[0], layer.output)(image[None], training=False)
        maps = np.moveaxis(np.asarray(ops.convert_to_numpy(ops.cast(given, "float32")))[0], -1, 0)[:MAPS]
        step = -(-max(maps.shape[1:]) // SIDE)
        return maps[:, ::step, ::step].clip(-LARGEST, LARGEST).astype(np.float16)
    return None


def first_filters(net: Any) -> NDArray[np.float16] | None:
    """The first filters (n, rows, columns, channels) of the layer that reads the image, in their order; None where no
    layer reads it whole.

    A dense layer on the flattened pixels gives one filter for each unit, as large as the image.
    """
    height, width, channels = net.input_shape[1:]
    for layer in net.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None:
            continue
        values = to_numpy(kernel)
        if values.ndim == 4 and values.shape[2] == channels:
            return np.moveaxis(values, -1, 0)[:MOST].astype(np.float16)
        if values.ndim == 2 and values.shape[0] == height * width * channels:
            return values.T[:MOST_DENSE].reshape(-1, height, width, channels).astype(np.float16)
        return None
    return None
