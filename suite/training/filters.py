"""What the first layer of a network looks for: its filters as small pictures, for the report."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.training.device import to_numpy

MOST, MOST_DENSE = 64, 24
"""Filters that are kept: of a convolution, and of a dense layer, each of which is as large as an image."""


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
