"""Tables of learned numbers for places, brought to another number of places: for images of another size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops

Array = np.ndarray


def resized(table: Any, places: int, before: int = 0) -> Array | None:
    """A table (before + n * n, channels) for `places` of them, (before + m * m, channels); float32.

    The square grid of vectors is interpolated bilinearly, as ViT's authors do (Dosovitskiy et al., arXiv:2010.11929,
    section 3.2); the first `before` rows, of what lies nowhere, stay. None where a number of places is no square.
    """
    old, new = (math.isqrt(max(count - before, 0)) for count in (len(table), places))
    if not old or not new or (old**2 + before, new**2 + before) != (len(table), places):
        return None
    table = np.asarray(table, "float32")
    grid = ops.reshape(ops.convert_to_tensor(table[before:]), (1, old, old, table.shape[1]))
    moved = ops.image.resize(grid, (new, new), interpolation="bilinear", data_format="channels_last")
    return np.concatenate([table[:before], ops.convert_to_numpy(ops.reshape(moved, (new * new, -1)))])
